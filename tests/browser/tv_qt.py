"""The TV page in QtWebEngine 5.15 (the engine of 2020), as a stand-in for a television: opens the address, presses keys as a
remote control does, and says as JSON what it saw.
Usage: python3 tv_qt.py ADDRESS_OF_A_COURSE SECONDS_AT_MOST"""

import json
import os
import sys
import time

os.environ.update(QT_QPA_PLATFORM="offscreen", QT_QUICK_BACKEND="software", QT_OPENGL="software")
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--disable-gpu --no-sandbox --autoplay-policy=no-user-gesture-required --mute-audio"

from PyQt5.QtCore import QEvent, QEventLoop, Qt, QTimer, QUrl
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineProfile, QWebEngineView
from PyQt5.QtWidgets import QApplication

STATE = """(function () {
  var at = document.activeElement, video = document.querySelector('video');
  var over = document.querySelector('.over:not([hidden]) p');
  return JSON.stringify({
    name: at.getAttribute('data-k'), is_seen: at.getClientRects().length > 0,
    screen: location.hash, time: video ? video.currentTime : -1, width: video ? video.videoWidth : 0,
    said: over ? over.textContent : '', can: document.createElement('video').canPlayType('video/mp4; codecs="avc1.42E01E"'),
  });
})()"""


class Page(QWebEnginePage):
    complaints = []

    def javaScriptConsoleMessage(self, level, message, line, source):
        if level == QWebEnginePage.ErrorMessageLevel:
            self.complaints.append(f"{source}:{line}: {message}")


class Television:
    def __init__(self, address, seconds):
        self.app = QApplication(sys.argv[:1])
        self.ends = time.monotonic() + seconds
        self.view = QWebEngineView()
        self.page = Page(QWebEngineProfile(self.view), self.view)
        self.view.setPage(self.page)
        self.view.resize(1280, 720)
        self.view.show()
        self.view.load(QUrl(address))

    def state(self):
        loop, found = QEventLoop(), []
        self.page.runJavaScript(STATE, lambda text: (found.append(text), loop.quit()))
        QTimer.singleShot(2000, loop.quit)
        loop.exec_()
        return json.loads(found[0]) if found and found[0] else {"name": None, "said": "", "time": -1}

    def wait(self, wanted):
        """The first state that is wanted, else the last one before the time is over."""
        while True:
            now = self.state()
            if wanted(now) or time.monotonic() > self.ends:
                return now
            loop = QEventLoop()
            QTimer.singleShot(100, loop.quit)
            loop.exec_()

    def press(self, key):
        target = self.view.focusProxy() or self.view
        for kind in (QEvent.KeyPress, QEvent.KeyRelease):
            self.app.sendEvent(target, QKeyEvent(kind, key, Qt.NoModifier))


def main():
    television = Television(sys.argv[1], float(sys.argv[2]))
    seen = {"opened": television.wait(lambda now: now["name"] == "play")}
    television.press(Qt.Key_Up)
    seen["moved"] = television.wait(lambda now: now["name"] not in ("play", None))
    television.press(Qt.Key_Down)
    seen["returned"] = television.wait(lambda now: now["name"] == "play")
    television.press(Qt.Key_Return)
    seen["played"] = television.wait(lambda now: now["time"] > 2 or now["said"] != "")
    television.press(Qt.Key_Escape)
    seen["left"] = television.wait(lambda now: now["name"] == "play")
    seen["complaints"] = television.page.complaints
    print(json.dumps(seen))
    sys.stdout.flush()
    os._exit(0)  # the engine's own end may hang without a screen


main()
