"""GStreamer plays an address with sinks that keep time and tells where it stands, for player_clock.mjs. For Debian's own
Python (python3-gi, gir1.2-gstreamer-1.0).

Usage: gst_client.py playbin|playbin3 URL. Lines on standard output: "time SECONDS" twice a second, "error TEXT", "end". A line "seek SECONDS" on
standard input seeks to the key frame before. Which demuxer of HLS it is GST_PLUGIN_FEATURE_RANK says."""
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

SAMPLE_MS = 500
Gst.init(None)
loop = GLib.MainLoop()
player = Gst.ElementFactory.make(sys.argv[1])
player.set_property("uri", sys.argv[2])
for kind in ("video", "audio"):
    sink = Gst.ElementFactory.make("fakesink")
    sink.set_property("sync", True)
    player.set_property(f"{kind}-sink", sink)


def say(*words):
    print(*words, flush=True)


def on_message(_bus, message):
    if message.type == Gst.MessageType.ERROR:
        say("error", message.parse_error()[0].message)
        loop.quit()
    elif message.type == Gst.MessageType.EOS:
        say("end")
        loop.quit()
    elif message.type == Gst.MessageType.BUFFERING and not player.is_live:
        percent = message.parse_buffering()
        player.set_state(Gst.State.PLAYING if percent == 100 else Gst.State.PAUSED)


def on_sample():
    is_known, position = player.query_position(Gst.Format.TIME)
    if is_known:
        say("time", position / Gst.SECOND)
    return True


def on_line(source, condition):
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return False
    if line.startswith("seek "):
        player.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH | Gst.SeekFlags.KEY_UNIT, int(float(line[5:]) * Gst.SECOND))
    return True


bus = player.get_bus()
bus.add_signal_watch()
bus.connect("message", on_message)
player.is_live = player.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.NO_PREROLL
GLib.timeout_add(SAMPLE_MS, on_sample)
GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, on_line)
loop.run()
player.set_state(Gst.State.NULL)
