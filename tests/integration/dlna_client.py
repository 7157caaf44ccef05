"""A GUPnP control point: finds a media server by discovery and asks it what televisions ask. For Debian's own Python
(python3-gi). What it finds wrong it prints as "not ok - ..."; its exit status is then 1.

Usage: dlna_client.py INTERFACE NAME COMMAND [ARGUMENT...]; NAME is part of the server's friendly name.
  check WORD PAGE   looks for the folder with the most items, walks it in pages of PAGE, sorts, searches titles for WORD and
                    asks wrongly; the last line is JSON: what the first item offers
  total             how many items the largest folder has
  list ID           the titles of its children, one a line
  events            "ID n" now and whenever the SystemUpdateID changes, until standard input ends
  leave             prints "HERE", waits for byebye, prints "LEFT"
"""
import json
import socket
import sys
import xml.etree.ElementTree as ET

import gi

gi.require_version("GUPnP", "1.6")
gi.require_version("GSSDP", "1.6")
from gi.repository import GLib, GObject, GSSDP, GUPnP  # noqa: E402

DEVICE = "urn:schemas-upnp-org:device:MediaServer:1"
DIRECTORY = "urn:schemas-upnp-org:service:ContentDirectory:1"
MANAGER = "urn:schemas-upnp-org:service:ConnectionManager:1"
PATIENCE_S = 60
DEPTH_MAX = 3
PREFIXES = {
    "{http://purl.org/dc/elements/1.1/}": "dc:",
    "{urn:schemas-upnp-org:metadata-1-0/upnp/}": "upnp:",
    "{urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/}": "",
    "{http://www.sec.co.kr/}": "sec:",
    "{http://www.pv.com/pvns/}": "pv:",
}
PAGE = {"Result": GObject.TYPE_STRING, "NumberReturned": GObject.TYPE_UINT, "TotalMatches": GObject.TYPE_UINT,
        "UpdateID": GObject.TYPE_UINT}
loop = GLib.MainLoop()
wrong_count = 0


def expect(is_right, what):
    global wrong_count
    print(f"{'ok' if is_right else 'not ok'} - {what}", flush=True)
    wrong_count += not is_right


def uint(number):
    value = GObject.Value(GObject.TYPE_UINT)
    value.set_uint(number)
    return value


def short(tag):
    for long, prefix in PREFIXES.items():
        tag = tag.replace(long, prefix)
    return tag


def parse(didl):
    """Objects of a DIDL-Lite document as dictionaries; "res" is a list of them."""
    objects = []
    for node in ET.fromstring(didl):
        found = {"kind": short(node.tag), "res": [], **{short(k): v for k, v in node.attrib.items()}}
        for child in node:
            if short(child.tag) == "res":
                found["res"].append({"url": child.text, **{short(k): v for k, v in child.attrib.items()}})
            else:
                found[short(child.tag)] = child.text
        objects.append(found)
    return objects


def new_context(interface):
    """On a free port of the kernel's choice: the one that the library chooses may be taken."""
    for attempt in range(20):
        try:
            with socket.create_server(("", 0)) as free:
                port = free.getsockname()[1]
            return GUPnP.Context.new_full(interface, None, port, GSSDP.UDAVersion.VERSION_1_0)
        except GLib.Error as error:
            print(f"context, attempt {attempt}: {error.message}", file=sys.stderr)
    sys.exit(f"no context on {interface}")


class Client:
    def __init__(self, interface, name):
        self.context = new_context(interface)
        self.point = GUPnP.ControlPoint.new(self.context, DEVICE)
        self.name, self.device, self.is_waiting_for_leave = name, None, False
        self.point.connect("device-proxy-available", self.on_device)
        self.point.connect("device-proxy-unavailable", self.on_leave)
        self.point.set_active(True)
        self.wait()
        if self.device is None:
            sys.exit(f"no media server called {name} within {PATIENCE_S} s")
        self.directory = self.device.get_service(DIRECTORY)
        self.manager = self.device.get_service(MANAGER)

    @staticmethod
    def wait():
        timer = GLib.timeout_add_seconds(PATIENCE_S, loop.quit)
        loop.run()
        GLib.Source.remove(timer)

    def on_device(self, _point, device):
        if self.device is None and self.name in device.get_friendly_name():
            self.device = device
            loop.quit()

    def on_leave(self, _point, device):
        if self.is_waiting_for_leave and device.get_udn() == self.device.get_udn():
            print("LEFT", flush=True)
            loop.quit()

    @staticmethod
    def call(service, name, arguments, out):
        """The answers by name; of a refusal {"error": code}."""
        action = GUPnP.ServiceProxyAction.new_from_list(name, list(arguments), list(arguments.values()))
        try:
            service.call_action(action, None)
            return dict(zip(out, action.get_result_list(list(out), list(out.values()))[1]))
        except GLib.Error as error:
            return {"error": error.code}

    def browse(self, object_id, start=0, count=0, sort="", flag="BrowseDirectChildren"):
        return self.call(self.directory, "Browse", {
            "ObjectID": object_id, "BrowseFlag": flag, "Filter": "*", "StartingIndex": uint(start),
            "RequestedCount": uint(count), "SortCriteria": sort}, PAGE)

    def search(self, criteria, start=0, count=0, sort="", container="0"):
        return self.call(self.directory, "Search", {
            "ContainerID": container, "SearchCriteria": criteria, "Filter": "*", "StartingIndex": uint(start),
            "RequestedCount": uint(count), "SortCriteria": sort}, PAGE)

    def text(self, service, action, name):
        return self.call(service, action, {}, {name: GObject.TYPE_STRING})[name]

    def largest(self, folder="0", depth=0):
        """(items, id) of the folder with the most of them."""
        best = (0, folder)
        answer = self.browse(folder, 0, 200)
        children = parse(answer["Result"])
        if any(child["kind"] == "item" for child in children):
            return (answer["TotalMatches"], folder)
        for child in children:
            if child["kind"] == "container" and depth < DEPTH_MAX:
                best = max(best, self.largest(child["id"], depth + 1))
        return best


def walk(ask, size):
    """Everything that ask(start, count) gives, page by page."""
    objects, total = [], 1
    while len(objects) < total:
        answer = ask(len(objects), size)
        page = parse(answer["Result"]) if "error" not in answer else []
        if not page or len(page) != answer["NumberReturned"] or len(page) > size:
            expect(False, f"page at {len(objects)}: {answer.get('error')} {len(page)} {answer.get('NumberReturned')}")
            break
        objects += page
        total = answer["TotalMatches"]
    return objects


def check_items(items):
    expect(len({item["id"] for item in items}) == len(items), "every id is another")
    plays = [item for item in items if item["res"] and item["res"][0]["url"].startswith("http://")]
    expect(len(plays) == len(items), "every item can be fetched")
    good = [res for res in (item["res"][0] for item in plays)
            if res.get("protocolInfo", "").startswith("http-get:*:video/") and ":" in res.get("duration", "")
            and int(res.get("size", 0)) > 0]
    expect(len(good) == len(items), f"every item tells protocol, duration and size ({len(good)} of {len(items)})")


def check(client, word, size):
    size = int(size)
    _, folder = client.largest()
    items = walk(lambda start, count: client.browse(folder, start, count), size)
    expect(len(items) > 0, f"{len(items)} items in {folder} in pages of {size}")
    check_items(items)
    one = parse(client.browse(items[0]["id"], flag="BrowseMetadata")["Result"])
    expect(len(one) == 1 and one[0]["dc:title"] == items[0]["dc:title"], "the metadata are those of the list")
    falling = walk(lambda start, count: client.browse(folder, start, count, "-dc:title"), size)
    rising = walk(lambda start, count: client.browse(folder, start, count, "+dc:title"), size)
    titles = [item["dc:title"] for item in rising]
    expect(sorted(titles) == sorted(item["dc:title"] for item in items), "sorted they are the same")
    expect(titles == [item["dc:title"] for item in reversed(falling)], "falling is rising turned around")
    kind = 'upnp:class derivedfrom "object.item.videoItem"'
    found = walk(lambda start, count: client.search(f'{kind} and dc:title contains "{word}"', start, count), size)
    by_eye = {item["dc:title"] for item in items if word in item["dc:title"]}
    expect(len(by_eye) > 0 and {item["dc:title"] for item in found} == by_eye,
           f"a search for {word} finds {len(found)}, as many as there are")
    expect("dc:title" in client.text(client.directory, "GetSearchCapabilities", "SearchCaps"), "titles can be searched")
    expect("dc:title" in client.text(client.directory, "GetSortCapabilities", "SortCaps"), "titles can be sorted by")
    expect("http-get:*:video/mp4" in client.text(client.manager, "GetProtocolInfo", "Source"), "MP4 is among the protocols")
    expect(client.browse("nothing/like/it").get("error") == 701, "an unknown object: 701")
    expect(client.browse("0", sort="+no:such").get("error") == 709, "an unknown property to sort by: 709")
    expect(client.search("((dc:title", container="0").get("error") == 708, "wrong criteria: 708")
    print(json.dumps(items[0], ensure_ascii=False))


def total(client):
    print(client.largest()[0])


def list_titles(client, folder):
    for child in walk(lambda start, count: client.browse(folder, start, count), 200):
        print(child["dc:title"])


def events(client):
    def on_id(_service, _name, value):
        print(f"ID {value}", flush=True)

    client.directory.add_notify("SystemUpdateID", GObject.TYPE_UINT, on_id)
    client.directory.set_subscribed(True)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP | GLib.IOCondition.IN,
                      lambda *_: loop.quit())
    loop.run()


def leave(client):
    client.is_waiting_for_leave = True
    print("HERE", flush=True)
    client.wait()
    client.is_waiting_for_leave = False


def main(interface, name, command, *rest):
    {"check": check, "total": total, "list": list_titles, "events": events, "leave": leave}[command](Client(interface, name), *rest)
    sys.exit(1 if wrong_count else 0)


main(*sys.argv[1:])
