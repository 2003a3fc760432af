/* Another mailbox has another signature: it takes the place of the former one in what stands in the editor. */
import { post } from "./compose-server.js";

export function exchangeSignatures(mailbox, editor, config) {
  let latest = 0;
  mailbox.addEventListener("change", async () => {
    const turn = ++latest;
    const html = editor.content();
    const body = new FormData();
    body.append("html", html);
    body.append("mailbox", mailbox.value);
    const { status, said } = await post(config.urls.signature, body, config.csrf);
    // Whoever typed on meanwhile, or chose yet another mailbox, is not disturbed; saving exchanges it in the stored text.
    if (status === 200 && turn === latest && editor.content() === html && said.html !== html) editor.replace(said.html);
  });
}
