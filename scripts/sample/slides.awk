# Turns the timed lesson into ASS subtitles, which libass draws as the slides.
# Input records: slide|START_MS|END_MS|title|subtitle and say|START_MS|END_MS|caption|point
# Variables: serif, sans (font names), zoom (percent, of the letters), total_ms, slides (their number).
BEGIN {
  FS = "|"
  red = "&H2F2FC8&"; deep = "&H1E1E96&"; ink = "&H26262E&"; grey = "&H7A7F8A&"; blush = "&HE2E8FB&"
  pip_x = 1236; pip_y = 236; pip_w = 544; pip_h = 544
  print "[Script Info]\nScriptType: v4.00+\nPlayResX: 1920\nPlayResY: 1080\nWrapStyle: 2\nScaledBorderAndShadow: yes\n"
  print "[V4+ Styles]"
  print "Format: Name,Fontname,Fontsize,PrimaryColour,Bold,ScaleX,ScaleY,BorderStyle,Outline,Shadow,Alignment,MarginL,MarginR,MarginV"
  print "Style: title," serif ",108,&H00FFFFFF,1," zoom "," zoom ",1,0,0,7,0,0,0"
  print "Style: text," sans ",88,&H00FFFFFF,0," zoom "," zoom ",1,0,0,7,0,0,0"
  print "Style: shape," sans ",20,&H00FFFFFF,0,100,100,1,0,0,7,0,0,0"
  print "\n[Events]\nFormat: Layer,Start,End,Style,MarginL,MarginR,MarginV,Effect,Text"
  frame()
  flower()
  falling_petals()
}

$1 == "slide" {
  number++
  slide_end = $3
  points = 0
  tag = "{\\fad(250,200)\\pos("
  event(3, $2, $3, "title", tag "138,166)\\c" ink "\\fs" (number == 1 ? 160 : 142) "}" $4)
  event(3, $2, $3, "shape", tag "146,392)\\c" red "\\p1}" rectangle(150, 10))
  event(3, $2, $3, "text", tag "146,426)\\c" grey "\\fs62}" $5)
  event(3, $2, $3, "text", "{\\pos(1780,962)\\an9\\fs46\\c" grey "}" number " / " slides)
  if (number == 1)
    event(3, $2, $3, "text", tag "146,600)\\c" ink "\\fs66}人文艺术 · 一分钟微课")
}

$1 == "say" && $5 != "" {
  y = 536 + 106 * points++
  event(3, $2, slide_end, "shape", "{\\fad(200,200)\\pos(150," y + 28 ")\\c" red "\\p1}" petal(32, 56))
  event(3, $2, slide_end, "text", "{\\fad(300,200)\\move(250," y ",214," y ",0,300)\\c" ink "}" $5)
}

function clock(ms) {
  return sprintf("%d:%02d:%02d.%02d", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms / 10 % 100)
}

function event(layer, from, to, style, text) {
  printf "Dialogue: %d,%s,%s,%s,0,0,0,,%s\n", layer, clock(from), clock(to), style, text
}

function rectangle(w, h) {
  return sprintf("m 0 0 l %d 0 l %d %d l 0 %d", w, w, h, h)
}

# A kapok petal, thick and pointed, its foot at the bottom middle of a w by h box.
function petal(w, h) {
  return sprintf("m %d %d b %d %d %d %d %d 0 b %d %d %d %d %d %d", w / 2, h, -w * 0.25, h * 0.62, w * 0.02, h * 0.2,
                 w / 2, w * 0.98, h * 0.2, w * 1.25, h * 0.62, w / 2, h)
}

function rounded(w, h, r) {
  return sprintf("m %d 0 l %d 0 b %d 0 %d 0 %d %d l %d %d b %d %d %d %d %d %d l %d %d b 0 %d 0 %d 0 %d l 0 %d b 0 0 0 0 %d 0",
                 r, w - r, w, w, w, r, w, h - r, w, h, w, h, w - r, h, r, h, h, h, h - r, r, r)
}

# What stays: the band on the left, the head and foot lines, the picture-in-picture's card, the running line.
function frame() {
  event(0, 0, total_ms, "shape", "{\\pos(0,0)\\c" red "\\p1}" rectangle(44, 1080))
  event(0, 0, total_ms, "shape", "{\\pos(44,0)\\c" deep "\\p1}" rectangle(8, 1080))
  event(0, 0, total_ms, "text", "{\\pos(146,78)\\fs50\\c" red "\\b1}微课")
  event(0, 0, total_ms, "text", "{\\pos(254,78)\\fs50\\c" grey "}木棉花开攀枝花")
  event(0, 0, total_ms, "text", "{\\pos(146,962)\\fs46\\c" grey "}Kapok 木棉 · 示例课程")
  event(0, 0, total_ms, "shape", "{\\pos(" pip_x "," pip_y ")\\c" blush "\\p1}" rounded(pip_w, pip_h + 144, 28))
  event(1, 0, total_ms, "shape", "{\\pos(1268,854)\\c" red "\\alpha&H90&\\p1}" rectangle(480, 3))
  event(4, 0, total_ms, "shape",
        "{\\pos(52,1068)\\c" red "\\fscx0\\t(0," total_ms ",\\fscx100)\\p1}" rectangle(1868, 12))
}

# The flower sways about its heart: five broad petals, then the stamens, all turning by a few degrees.
function flower(   i, cx, cy, reach) {
  cx = pip_x + pip_w / 2; cy = pip_y + 276
  for (i = 0; i < 5; i++) {
    part(cx, cy, 72 * i, 184, 224, i % 2 ? "&H3A3AD8&" : red, petal(184, 224))
    part(cx, cy, 72 * i, 44, 190, deep, petal(44, 190))
  }
  for (i = 0; i < 15; i++) {
    reach = 76 + i % 3 * 16
    part(cx, cy, 24 * i, 6, reach, "&H5BB8F5&", rectangle(6, reach))
    part(cx, cy, 24 * i, 16, reach + 8, "&H2A3358&", rounded(16, 20, 8))
  }
}

function part(cx, cy, angle, w, h, colour, shape,   t, sway) {
  sway = ""
  for (t = 0; t < total_ms; t += 2400)
    sway = sway sprintf("\\t(%d,%d,\\frz%d)", t, t + 2400, angle + (t / 2400 % 2 ? -9 : 9))
  event(2, 0, total_ms, "shape", sprintf("{\\pos(%d,%d)\\org(%d,%d)\\c%s\\frz%d%s\\p1}%s", cx - w / 2, cy - h, cx, cy,
                                         colour, angle - 9, sway, shape))
}

# Petals that fall through the card without a pause, each turning; the card's edges clip them.
function falling_petals(   t, x) {
  for (t = -6000; t < total_ms; t += 700) {
    x = pip_x + (t / 700 * 197 + 4000) % (pip_w - 60)
    event(1, t < 0 ? 0 : t, t + 7000 > total_ms ? total_ms : t + 7000, "shape",
          sprintf("{\\clip(%d,%d,%d,%d)\\move(%d,%d,%d,%d,%d,%d)\\c%s\\alpha&H60&\\frz%d\\t(%d,%d,\\frz%d)\\p1}%s", pip_x,
                  pip_y, pip_x + pip_w, pip_y + pip_h + 144, x, pip_y - 60, x + 90, pip_y + pip_h + 200, t < 0 ? t : 0,
                  t < 0 ? t + 7000 : 7000, "&H6B6BE6&", x % 360, t < 0 ? t : 0, t < 0 ? t + 7000 : 7000, x % 360 + 420,
                  petal(30, 50)))
  }
}
