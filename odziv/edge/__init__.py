"""The edge: answers what recipients' programs ask for when a followed message is opened, clicked or read on.

    connection  HTTP/1.1 as a server owes it: limits, time-outs, pipelined answers in order
    reading     requests out of bytes, by a parser
    door        one request: open the seal, make the hit, have it recorded, answer
    express     the short way past both, for beacons and links that are asked for as a moment ago (request.Familiar)
    recorder    the hit is durable before the answer leaves; the answer waits two seconds at the most
    download    files: ranges, conditions, names
    answers     every answer that there is
    private     /metrics, /healthz and /readyz for whoever runs it; figures are what they tell
    main        the process: sockets, signals, keys; `run(EdgeConfig)`

A process of its own beside it writes the spool (`lib/spool/pen.py`).

It knows no password, reads no customer data and needs nothing but its keys, the spool folder and the file store: links
in sent mail lead where they should while everything else is down. It imports only `odziv.lib` and itself, never Django.
"""
