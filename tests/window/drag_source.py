"""A small window from which a file can be dragged, as from a file manager.

    python3 drag_source.py FILE [FILE …]

It sits on top at the screen's upper left corner. Pressing the mouse on it and moving starts a drag of the files' URLs.
It prints `ready` once it is shown, and `copy`, `move` or `ignored` once the drag has ended.
"""

import sys

from PyQt5.QtCore import QMimeData, Qt, QTimer, QUrl
from PyQt5.QtGui import QDrag
from PyQt5.QtWidgets import QApplication, QLabel

OUTCOMES = {Qt.CopyAction: "copy", Qt.MoveAction: "move", Qt.IgnoreAction: "ignored"}


class DragSource(QLabel):
    def __init__(self, paths):
        super().__init__("drag from here")
        self.paths = paths
        self.setWindowTitle("drag source")
        self.setWindowFlags(Qt.FramelessWindowHint | Qt.WindowStaysOnTopHint)
        self.setAlignment(Qt.AlignCenter)
        self.setGeometry(0, 0, 120, 120)

    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(0, lambda: print("ready", flush=True))

    def mouseMoveEvent(self, event):
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in self.paths])
        drag.setMimeData(data)
        outcome = drag.exec_(Qt.CopyAction | Qt.MoveAction, Qt.CopyAction)
        print(OUTCOMES.get(outcome, str(outcome)), flush=True)


def main():
    app = QApplication(sys.argv[:1])
    source = DragSource(sys.argv[1:])
    source.show()
    return app.exec_()


if __name__ == "__main__":
    sys.exit(main())
