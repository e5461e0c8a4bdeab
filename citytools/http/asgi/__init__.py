"""Serves the WSGI application by ASGI, so that no thread ever waits for a client.

The event loop reads requests and sends answers, however slowly; a thread only makes the answer.
A thread of the server's own (granian's WSGI) reads and sends as well: four clients that sent half
a form, or read a large file slowly, stopped the site.
"""
