"""What the sample company is made of: names, places, and what its salespeople write, in English and Slovenian."""

from __future__ import annotations

from dataclasses import dataclass

# name, industry, city, postal code, country, domain
COMPANIES = (
    ("Hrast pohištvo d.o.o.", "Furniture", "Kočevje", "1330", "SI", "hrast-pohistvo"),
    ("Kovinar Celje d.d.", "Metalworking", "Celje", "3000", "SI", "kovinar-celje"),
    ("Mlin Katić d.o.o.", "Food", "Maribor", "2000", "SI", "mlin-katic"),
    ("Alpska mlekarna d.o.o.", "Food", "Bled", "4260", "SI", "alpska-mlekarna"),
    ("Primorje gradnje d.o.o.", "Construction", "Koper", "6000", "SI", "primorje-gradnje"),
    ("Zavarovalnica Sava d.d.", "Insurance", "Ljubljana", "1000", "SI", "zav-sava"),
    ("Elektro Goriška d.o.o.", "Energy", "Nova Gorica", "5000", "SI", "elektro-goriska"),
    ("Lekarna Pri mostu", "Health", "Novo mesto", "8000", "SI", "lekarna-pri-mostu"),
    ("Papirnica Krka d.o.o.", "Paper", "Krško", "8270", "SI", "papirnica-krka"),
    ("Tiskarna Oblak d.o.o.", "Printing", "Kranj", "4000", "SI", "tiskarna-oblak"),
    ("Steklarna Rogla d.d.", "Glass", "Rogaška Slatina", "3250", "SI", "steklarna-rogla"),
    ("Vinska klet Brda", "Wine", "Dobrovo", "5212", "SI", "klet-brda"),
    ("Turizem Bohinj d.o.o.", "Tourism", "Bohinjska Bistrica", "4264", "SI", "turizem-bohinj"),
    ("Prevozi Žagar s.p.", "Transport", "Postojna", "6230", "SI", "prevozi-zagar"),
    ("Optika Jasna d.o.o.", "Health", "Ptuj", "2250", "SI", "optika-jasna"),
    ("Šola tujih jezikov Babilon", "Education", "Ljubljana", "1000", "SI", "babilon-jeziki"),
    ("Adria Yachting d.o.o.", "Tourism", "Zadar", "23000", "HR", "adria-yachting"),
    ("Istarski proizvodi d.o.o.", "Food", "Pula", "52100", "HR", "istarski-proizvodi"),
    ("Zagrebačka logistika d.d.", "Transport", "Zagreb", "10000", "HR", "zg-logistika"),
    ("Dalmacijacement d.d.", "Construction", "Split", "21000", "HR", "dalmacija-cement"),
    ("Bergmann Maschinenbau GmbH", "Machinery", "Graz", "8010", "AT", "bergmann-mb"),
    ("Alpenhof Hotels GmbH", "Tourism", "Villach", "9500", "AT", "alpenhof-hotels"),
    ("Wiener Feinkost KG", "Food", "Wien", "1020", "AT", "wiener-feinkost"),
    ("Salzkammer Software GmbH", "Software", "Salzburg", "5020", "AT", "salzkammer-soft"),
    ("Brenner Spedition GmbH", "Transport", "Innsbruck", "6020", "AT", "brenner-sped"),
    ("Nordlicht Optik GmbH", "Health", "Hamburg", "20095", "DE", "nordlicht-optik"),
    ("Schwarzwald Uhren AG", "Watches", "Freiburg", "79098", "DE", "schwarzwald-uhren"),
    ("Rheintal Chemie GmbH", "Chemistry", "Köln", "50667", "DE", "rheintal-chemie"),
    ("Bayerische Holzwerke KG", "Wood", "Rosenheim", "83022", "DE", "by-holzwerke"),
    ("Spree Medien GmbH", "Media", "Berlin", "10115", "DE", "spree-medien"),
    ("Friuli Arredi S.r.l.", "Furniture", "Udine", "33100", "IT", "friuli-arredi"),
    ("Caffè Trieste S.p.A.", "Food", "Trieste", "34121", "IT", "caffe-trieste"),
    ("Veneto Meccanica S.r.l.", "Machinery", "Padova", "35121", "IT", "veneto-meccanica"),
    ("Laguna Vetri S.r.l.", "Glass", "Venezia", "30141", "IT", "laguna-vetri"),
    ("Thames Bookbinders Ltd", "Printing", "London", "SE1 9PH", "GB", "thames-bookbinders"),
    ("Highland Provisions Ltd", "Food", "Edinburgh", "EH1 1YZ", "GB", "highland-provisions"),
    ("Pannon Gépgyár Kft.", "Machinery", "Pécs", "7621", "HU", "pannon-gep"),
    ("Balaton Panzió Kft.", "Tourism", "Siófok", "8600", "HU", "balaton-panzio"),
    ("Moravská Keramika s.r.o.", "Ceramics", "Brno", "602 00", "CZ", "moravska-keramika"),
    ("Beograd Telekom Servis d.o.o.", "Telecom", "Beograd", "11000", "RS", "bg-telekom-servis"),
)

INDUSTRIES_IN_SLOVENIAN = {
    "Furniture": "Pohištvo",
    "Metalworking": "Kovinarstvo",
    "Food": "Živila",
    "Construction": "Gradbeništvo",
    "Insurance": "Zavarovalništvo",
    "Energy": "Energetika",
    "Health": "Zdravstvo",
    "Paper": "Papirništvo",
    "Printing": "Tiskarstvo",
    "Glass": "Steklarstvo",
    "Wine": "Vinarstvo",
    "Tourism": "Turizem",
    "Transport": "Prevozništvo",
    "Education": "Izobraževanje",
    "Machinery": "Strojegradnja",
    "Software": "Programska oprema",
    "Watches": "Urarstvo",
    "Chemistry": "Kemija",
    "Wood": "Lesarstvo",
    "Media": "Mediji",
    "Ceramics": "Keramika",
    "Telecom": "Telekomunikacije",
}

FIRST_NAMES = (
    "Maja Luka Nina Jure Tina Marko Eva Matej Sara Andrej Petra Rok Katja Gregor Anja Žiga Urška Blaž Špela Miha "
    "Ivana Josip Jelena Tomislav Ana Stefan Julia Lukas Katharina Florian Lena Jonas Sophie Maximilian Giulia Marco "
    "Francesca Alessandro Emily Oliver Charlotte James Eszter Gábor Tereza Jakub Milica Nikola"
).split()

LAST_NAMES = (
    "Novak Horvat Kovačič Krajnc Zupančič Potočnik Mlakar Vidmar Golob Turk Kos Božič Kralj Rozman Oblak Hribar "
    "Babić Marić Jurić Knežević Gruber Huber Wagner Bauer Pichler Schneider Fischer Weber Becker Rossi Bianchi Ferrari "
    "Conti Taylor Evans Walker Nagy Szabó Dvořák Svoboda Jovanović Petrović Zajc Bizjak Žnidaršič Čeh Šuštar"
).split()

JOB_TITLES = {
    "en": ("Managing director", "Head of procurement", "Purchasing manager", "IT manager", "Operations manager"),
    "sl": ("Direktor", "Vodja nabave", "Nabavni referent", "Vodja informatike", "Vodja proizvodnje"),
}

STREETS = ("Glavna", "Kolodvorska", "Hauptstrasse", "Via Roma", "Main Street")

SELLERS = ("Ana Kovač", "Bor Zupan", "Cene Mlakar", "Dora Leban")

OFFERS = {
    "en": (
        "Shelving for the new warehouse",
        "Office refit, second floor",
        "Oak desks, 40 pieces",
        "Meeting room furniture",
        "Reception and waiting room",
        "Acoustic panels",
        "Showroom fittings",
        "Canteen tables and chairs",
    ),
    "sl": (
        "Regali za novo skladišče",
        "Prenova pisarn, drugo nadstropje",
        "Hrastove mize, 40 kosov",
        "Pohištvo za sejno sobo",
        "Sprejemnica in čakalnica",
        "Akustični paneli",
        "Oprema razstavnega prostora",
        "Mize in stoli za jedilnico",
    ),
}

GREETINGS = {"en": "Dear {name},", "sl": "Pozdravljeni, {name},"}
CLOSINGS = {"en": "Kind regards,", "sl": "Lep pozdrav,"}
PAGE = "https://lipa-oprema.example"


@dataclass(frozen=True)
class Letter:
    """One kind of mail that the sample salespeople write. `{company}` is filled in beforehand.

    With a title it is a template (sample/templates.py); without, it is written by hand each time. One template of each
    language appeals so much more than the others that its figures earn it a recommendation.
    """

    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[tuple[str, str], ...]  # text, path
    file: str = ""
    appeal: float = 1.0  # how much more or less than usual people react to it
    title: str = ""
    category: str = ""


LETTERS = {
    "en": (
        Letter(
            "Our offer for {company}",
            ("as agreed on the phone, here is our offer.", "It is valid for thirty days; delivery takes three weeks."),
            (("Prices in detail", "/offers/detail?lang=en&v=2"), ("Our references", "/references")),
            "Offer.pdf",
            1.55,
            "Offer after a call",
            "Sales",
        ),
        Letter(
            "A short visit next week?",
            ("I will be near you on Tuesday and Wednesday.", "May I come by for half an hour and show you samples?"),
            (("Choose a time", "/visit?ref=mail"),),
            appeal=0.9,
            title="A short visit",
            category="Sales",
        ),
        Letter(
            "Samples of oak and ash for {company}",
            (
                "the samples left our workshop today.",
                "Please hold them against daylight; the oak is darker than it seems.",
            ),
            (("Follow the parcel", "/parcel/7731"), ("Care and cleaning", "/care")),
            "Samples.pdf",
            0.7,
            title="Samples are on their way",
            category="Sales",
        ),
        Letter(
            "Following up on our talk",
            ("thank you for your time last week.", "Have you had a chance to look at the drawings?"),
            (("The drawings", "/drawings#plan"),),
            appeal=0.7,
        ),
        Letter(
            "New catalogue for the coming season",
            ("our new catalogue is here, with the acoustic panels you asked about.", "Page 14 may interest you most."),
            (("Leaf through it", "/catalogue"), ("Only the panels", "/catalogue?page=14")),
            "Catalogue.pdf",
            0.45,
            "New catalogue",
            "Sales",
        ),
        Letter(
            "Is everything in its place?",
            ("a month ago we finished at {company}.", "I would like to hear how people like it, and what we can mend."),
            (("Three questions", "/survey?q=3"),),
        ),
    ),
    "sl": (
        Letter(
            "Naša ponudba za {company}",
            ("kot dogovorjeno po telefonu, pošiljam našo ponudbo.", "Velja trideset dni, dobavni rok je tri tedne."),
            (("Cene po postavkah", "/ponudbe/podrobno?jezik=sl&v=2"), ("Naše reference", "/reference")),
            "Ponudba.pdf",
            1.55,
            "Ponudba po pogovoru",
            "Prodaja",
        ),
        Letter(
            "Kratek obisk prihodnji teden?",
            ("v torek in sredo bom v vaši bližini.", "Se lahko oglasim za pol ure in pokažem vzorce?"),
            (("Izberite termin", "/obisk?vir=posta"),),
            appeal=0.9,
            title="Kratek obisk",
            category="Prodaja",
        ),
        Letter(
            "Vzorci hrasta in jesena za {company}",
            (
                "vzorci so danes zapustili našo delavnico.",
                "Poglejte jih pri dnevni svetlobi: hrast je temnejši, kot se zdi.",
            ),
            (("Sledite paketu", "/paket/7731"), ("Nega in čiščenje", "/nega")),
            "Vzorci.pdf",
            0.7,
            title="Vzorci so na poti",
            category="Prodaja",
        ),
        Letter(
            "Po najinem pogovoru",
            ("hvala za vaš čas prejšnji teden.", "Ste si že utegnili ogledati načrte?"),
            (("Načrti", "/nacrti#tloris"),),
            appeal=0.7,
        ),
        Letter(
            "Novi katalog za prihajajočo sezono",
            (
                "tu je naš novi katalog, tudi z akustičnimi paneli, po katerih ste vprašali.",
                "Morda vas bo najbolj zanimala 14. stran.",
            ),
            (("Prelistajte ga", "/katalog"), ("Samo paneli", "/katalog?stran=14")),
            "Katalog.pdf",
            0.45,
            "Novi katalog",
            "Prodaja",
        ),
        Letter(
            "Je vse na svojem mestu?",
            ("pred mesecem smo končali pri {company}.", "Zanima me, kako so ljudje zadovoljni in kaj lahko popravimo."),
            (("Tri vprašanja", "/anketa?q=3"),),
        ),
    ),
}
