"""Keeps the reports, compressed by a thread of its own."""

import lzma
import queue
import threading


class Archive:
    def __init__(self):
        self.waiting = queue.Queue()
        self.stored = {}
        self.thread = threading.Thread(target=self.run, name="archive")
        self.thread.start()

    def put(self, day, page):
        self.waiting.put((day, page))

    def run(self):
        while (item := self.waiting.get()) is not None:
            day, page = item
            self.stored[day] = compress(page)

    def close(self):
        self.waiting.put(None)
        self.thread.join()


def compress(page):
    return lzma.compress(page.encode(), preset=6)
