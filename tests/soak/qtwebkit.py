#!/usr/bin/python3
"""Plays a progressive MP4 file of a running Kapok in QtWebKit, a browser engine without Media Source Extensions, as old
televisions have. Prints how playback time advances; its exit status is 1 when it does not, or by 5 % too fast or too slow.

Usage: QT_QPA_PLATFORM=offscreen tests/soak/qtwebkit.py http://HOST:PORT/media/ASSET/HEIGHT.mp4 [SECONDS]
Needs the Debian package python3-pyqt5.qtwebkit and the plugins of GStreamer.
"""
import sys
import time

from PyQt5.QtCore import QTimer, QUrl
from PyQt5.QtWebKitWidgets import QWebView
from PyQt5.QtWidgets import QApplication

LOOK_MS = 500
PATIENCE_S = 20
DRIFT_MAX = 0.05


class Watch:
    """Notes wall clock and playback time from the first movement on."""

    def __init__(self, url, seconds):
        self.seconds, self.looks, self.start = seconds, [], time.monotonic()
        self.view = QWebView()
        self.view.setHtml(f'<video id="v" src="{url}" autoplay muted></video>', QUrl(url))
        self.view.show()
        self.timer = QTimer()
        self.timer.timeout.connect(self.look)
        self.timer.start(LOOK_MS)

    def ask(self, script):
        return self.view.page().mainFrame().evaluateJavaScript(script)

    def look(self):
        now, position = time.monotonic() - self.start, self.ask("document.getElementById('v').currentTime") or 0
        if position > 0:
            self.looks.append((now, position))
        if (self.looks and now - self.looks[0][0] >= self.seconds) or (not self.looks and now > PATIENCE_S):
            QApplication.quit()

    def judge(self):
        print("Media Source Extensions:", self.ask("typeof MediaSource"))
        if len(self.looks) < 2:
            print("not ok - it does not play")
            return 1
        (first, from_position), (last, to_position) = self.looks[0], self.looks[-1]
        ratio = (to_position - from_position) / (last - first)
        is_good = abs(ratio - 1) <= DRIFT_MAX
        print(f"{'ok' if is_good else 'not ok'} - plays after {first:.1f} s at most; "
              f"{to_position - from_position:.2f} s of it in {last - first:.2f} s ({100 * ratio:.1f} %)")
        return 0 if is_good else 1


def main():
    app = QApplication(sys.argv)
    watch = Watch(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 6)
    app.exec_()
    sys.exit(watch.judge())


main()
