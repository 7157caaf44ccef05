# The files of inputs.sh: sourced, not run. Each maker leaves files in the current folder and says with `made` or
# `refused` what is to become of them.

encode() { ffmpeg -nostdin -v error "$@"; }
# picture SIZE RATE SECONDS; sound SECONDS [RATE]: the words of ffmpeg for an input.
picture() { input=(-f lavfi -i "testsrc2=size=$1:rate=$2:duration=$3"); }
# All of the picture moves, by 2 % of its width a frame: woven fields show on every edge.
moving() { input=(-f lavfi -i "testsrc2=size=$1:rate=$2:duration=$3,scroll=horizontal=0.02"); }
sound() { input+=(-f lavfi -i "sine=frequency=440:sample_rate=${2:-48000}:duration=$1"); }
x264=(-c:v libx264 -preset ultrafast -pix_fmt yuv420p)

# A line for each file: name, seconds, shape (width:height as shown, "sound" without a picture), or the error code; then
# what the picture must show, see look_at in inputs_look.sh.
expected=()
# made NAME SECONDS SHAPE [LOOK...]; refused NAME CODE
made() { expected+=("$*"); }
refused() { expected+=("$1 $2 -"); }

make_cameras() {
  picture 720x576 25 3 && sound 3
  encode "${input[@]}" -target pal-dv -aspect 16:9 camera.dv
  made camera.dv 3 16:9
  encode "${input[@]}" -aspect 4:3 -c:v mpeg2video -b:v 4M -c:a ac3 disc.vob
  made disc.vob 3 4:3
  picture 640x360 25 3 && sound 3
  encode "${input[@]}" -c:v prores_ks -profile:v 3 -pix_fmt yuv422p10le -c:a pcm_s24le studio.mov
  made studio.mov 3 16:9
  encode "${input[@]}" -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le -c:a libopus deep.mkv
  made deep.mkv 3 16:9
  encode "${input[@]}" "${x264[@]}" -c:a aac -movflags frag_keyframe+empty_moov pieces.mp4
  made pieces.mp4 3 16:9
  encode "${input[@]}" "${x264[@]}" -c:a ac3 -f mpegts -mpegts_m2ts_mode 1 camcorder.mts
  made camcorder.mts 3 16:9
  picture 320x240 120 3 && sound 3
  encode "${input[@]}" "${x264[@]}" -c:a aac fast.mp4
  made fast.mp4 3 4:3 rate=60
  picture 320x240 240 2
  encode "${input[@]}" "${x264[@]}" faster.mp4
  made faster.mp4 2 4:3 rate=60
}

# The corner that was stored top left is red, and must be where the display matrix puts it.
make_turned_ones() {
  input=(-f lavfi -i "color=gray:size=320x240:rate=25:duration=2,drawbox=w=60:h=60:color=red:t=fill") && sound 2 44100
  encode "${input[@]}" "${x264[@]}" -c:a aac level.mov
  local turn
  for turn in 90 180 270; do encode -i level.mov -c copy -metadata:s:v:0 rotate=$turn turned$turn.mov; done
  rm level.mov
  # ffmpeg 5 counts these turns against the clock.
  made turned90.mov 2 240:320 red=left,bottom filter=turn:270
  made turned180.mov 2 320:240 red=right,bottom filter=turn:180
  made turned270.mov 2 240:320 red=right,top filter=turn:90
}

# Real fields: two moments of time in a frame. None may show in what is played; where flags lie, the picture counts.
make_fields() {
  local top="tinterlace=interleave_top,setfield=tff" bottom="tinterlace=interleave_bottom,setfield=bff"
  moving 720x576 50 3 && sound 3
  encode "${input[@]}" -vf "$top,setsar=16/15" -c:v mpeg2video -flags +ildct+ilme -b:v 6M -c:a mp2 tuner.ts
  made tuner.ts 3 4:3 progressive filter=fields:1
  encode "${input[@]}" -vf "$bottom" -target pal-dv tape.dv
  made tape.dv 3 4:3 progressive filter=fields:1
  encode "${input[@]}" -vf "$top" "${x264[@]}" -x264-params interlaced=1:tff=1 -c:a ac3 -f mpegts -mpegts_m2ts_mode 1 handycam.mts
  made handycam.mts 3 5:4 progressive filter=fields:1
  encode "${input[@]}" -vf "tinterlace=interleave_top,setfield=prog" -c:v mjpeg -q:v 3 -c:a pcm_s16le capture.avi
  made capture.avi 3 5:4 progressive filter=fields:2
  moving 720x576 25 3
  encode "${input[@]}" -vf setfield=tff -c:v mpeg2video -flags +ildct+ilme -b:v 6M film.ts
  made film.ts 3 5:4 progressive filter=fields:0
}

make_old_ones() {
  picture 320x240 15 3 && sound 3 22050
  encode "${input[@]}" -c:v mjpeg -pix_fmt yuvj422p -c:a pcm_u8 photo_camera.avi
  made photo_camera.avi 3 4:3
  picture 320x240 25 3 && sound 3 44100
  encode "${input[@]}" -c:v wmv2 -c:a wmav2 office.wmv
  made office.wmv 3 4:3
  encode "${input[@]}" -c:v flv -c:a libmp3lame site.flv
  made site.flv 3 4:3
  encode "${input[@]}" "${x264[@]}" -bf 2 -c:a aac stream.flv
  made stream.flv 3 4:3
  encode "${input[@]}" -c:v mpeg4 -bf 2 -vtag XVID -c:a libmp3lame divx.avi
  made divx.avi 3 4:3
  encode "${input[@]}" -c:v mpeg1video -b:v 1M -c:a mp2 video_cd.mpg
  made video_cd.mpg 3 4:3
  encode "${input[@]}" -c:v h263 -s 352x288 -c:a aac -ar 8000 -ac 1 phone.3gp
  made phone.3gp 3 4:3
}

make_pictures_of_any_kind() {
  picture 320x240 25 3
  encode "${input[@]}" -c:v ffv1 -pix_fmt gray gray.mkv
  made gray.mkv 3 4:3
  encode "${input[@]}" -c:v qtrle -pix_fmt argb clear.mov
  made clear.mov 3 4:3
  encode "${input[@]}" -r 10 moving.gif
  made moving.gif 3 4:3
  encode "${input[@]}" -frames:v 1 photo.jpg
  made photo.jpg 0.04 4:3
  encode "${input[@]}" -frames:v 1 slide.png
  made slide.png 0.04 4:3
  encode "${input[@]}" -c:v libvpx-vp9 -deadline realtime -cpu-used 8 web.webm
  made web.webm 3 4:3
  encode "${input[@]}" -c:v libsvtav1 -preset 12 -svtav1-params fast-decode=0 new.mp4 2>/dev/null
  made new.mp4 3 4:3
  picture 853x481 25 3 && sound 3
  encode "${input[@]}" -c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis odd.webm
  made odd.webm 3 853:481
  picture 8x8 25 3
  encode "${input[@]}" -c:v ffv1 tiny.mkv
  made tiny.mkv 3 1:1
  picture 360x640 25 2
  encode "${input[@]}" "${x264[@]}" upright.mp4
  made upright.mp4 2 9:16
  picture 320x240 1 5 && sound 5
  encode "${input[@]}" "${x264[@]}" -c:a aac slow.mp4
  made slow.mp4 5 4:3
  picture 640x360 50 4 && sound 4
  encode "${input[@]}" -vf "select='not(mod(n,7))+not(mod(n,11))'" -fps_mode vfr "${x264[@]}" -c:a libopus screen.mkv
  made screen.mkv 4 16:9
}

# The left half is white, the right half mid grey (code 128 of 255): black is 16, white 235 and grey 126 in what is
# played, however the source counts.
make_levels() {
  local halves="color=white:size=320x240:rate=10:duration=2,format=rgb24,drawbox=x=160:w=160:color=0x808080:t=fill"
  local look="level=60,120:235 level=260,120:126"
  encode -f lavfi -i "$halves" -vf scale=out_range=pc -c:v mjpeg -pix_fmt yuvj420p full_mjpeg.avi
  made full_mjpeg.avi 2 4:3 $look
  encode -f lavfi -i "$halves" -vf scale=out_range=pc,format=yuv420p "${x264[@]}" -color_range pc full_h264.mp4
  made full_h264.mp4 2 4:3 $look
  encode -f lavfi -i "$halves" "${x264[@]}" studio_range.mp4
  made studio_range.mp4 2 4:3 $look
  encode -f lavfi -i "$halves" -c:v huffyuv -pix_fmt rgb24 rgb.avi
  made rgb.avi 2 4:3 $look
  encode -f lavfi -i "$halves" -c:v libx264 -preset ultrafast -pix_fmt yuv444p10le full_chroma.mkv
  made full_chroma.mkv 2 4:3 $look
  encode -f lavfi -i "$halves" -c:v libx264 -preset ultrafast -pix_fmt yuv422p camera422.mov
  made camera422.mov 2 4:3 $look
  encode -f lavfi -i "$halves" -c:v prores_ks -pix_fmt yuv422p10le prores.mov
  made prores.mov 2 4:3 $look
}

# bright NAME TRANSFER CODE: a picture of one light, of 10 bits.
bright() {
  encode -f lavfi -i "color=black:size=640x360:rate=25:duration=2,format=yuv420p10le,lutyuv=y=$3:u=512:v=512" \
    -c:v libx265 -preset ultrafast -x265-params "log-level=none:colorprim=bt2020:transfer=$2:colormatrix=bt2020nc" \
    -color_primaries bt2020 -color_trc "$2" -colorspace bt2020nc -tag:v hvc1 "$1"
}

# Paper white of high dynamic range (203 candela, ITU-R BT.2408) is 0.58 of PQ and 0.75 of HLG; in what is played it is
# bright but not white, and the peak of lamps is white.
make_bright_ones() {
  bright pq_paper.mp4 smpte2084 573
  made pq_paper.mp4 2 16:9 level=320,180:202 filter=light:2
  bright pq_lamp.mp4 smpte2084 723
  made pq_lamp.mp4 2 16:9 level=320,180:235
  bright pq_skin.mp4 smpte2084 423
  made pq_skin.mp4 2 16:9 level=320,180:123
  bright hlg_paper.mp4 arib-std-b67 721
  made hlg_paper.mp4 2 16:9 level=320,180:202 filter=light:3
}

# Clocks that a lesson cannot be made by.
make_clocks() {
  picture 320x240 25 4 && sound 4
  encode "${input[@]}" "${x264[@]}" -g 25 -c:a aac part.ts
  cat part.ts part.ts part.ts >joined.ts && rm part.ts
  made joined.ts 12 4:3 timing=linear:true
  encode "${input[@]}" "${x264[@]}" -bf 2 -c:a aac -output_ts_offset 95441.5 wrapped.ts
  made wrapped.ts 4 4:3
  encode "${input[@]}" "${x264[@]}" -c:a aac -bsf:v "setts=ts='if(eq(mod(N,10),5),PTS-0.06/TB,PTS)'" stumbling.mkv 2>/dev/null
  made stumbling.mkv 4 4:3
  encode "${input[@]}" "${x264[@]}" -c:a aac -avoid_negative_ts disabled -output_ts_offset -1.5 negative.mkv
  made negative.mkv 4 4:3
  picture 320x240 25 8
  encode "${input[@]}" "${x264[@]}" -bf 2 bare.h264
  made bare.h264 8 4:3 timing=counted:true
  encode "${input[@]}" -c:v mjpeg -q:v 5 -f mjpeg bare.mjpeg
  made bare.mjpeg 8 4:3
  encode "${input[@]}" -c:v mpeg2video -b:v 2M -f mpeg2video bare.m2v
  made bare.m2v 8 4:3 timing=linear:true
  encode -f lavfi -i testsrc2=size=160x120:rate=25:duration=3 -f lavfi -i sine=frequency=440:duration=3 \
    -f lavfi -i testsrc2=size=640x360:rate=25:duration=3 -f lavfi -i sine=frequency=1760:duration=3 \
    -map 0 -map 1 -map 2 -map 3 "${x264[@]}" -c:a aac -program title=small:st=0:st=1 -program title=large:st=2:st=3 programs.ts
  made programs.ts 3 16:9 tone=1760
}

# Lessons of several spans whose pictures do not say the same everywhere: encoders must put the same in all headers.
make_changing_ones() {
  picture 640x360 25 6
  encode "${input[@]}" "${x264[@]}" -colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m first.ts
  picture 1280x720 25 4
  encode "${input[@]}" "${x264[@]}" -colorspace bt709 -color_primaries bt709 -color_trc bt709 -output_ts_offset 6 second.ts
  cat first.ts second.ts >changing.ts && rm first.ts second.ts
  made changing.ts 10 16:9
  picture 1280x720 10 8
  encode "${input[@]}" -c:v mjpeg -pix_fmt yuvj420p full_range.avi
  made full_range.avi 8 16:9
}

make_sounds() {
  input=() && sound 3 8000
  encode "${input[@]}" -c:a pcm_s16le dictation.wav
  made dictation.wav 3 sound
  input=() && sound 3 44100
  encode "${input[@]}" -c:a libvorbis song.ogg
  made song.ogg 3 sound
  encode "${input[@]}" -c:a flac song.flac
  made song.flac 3 sound
  encode -i photo.jpg "${input[@]}" -map 1 -map 0 -c:v copy -c:a libmp3lame -disposition:v attached_pic cover.mp3
  made cover.mp3 3 sound
}

make_sound_with_pictures() {
  picture 320x240 25 3 && sound 3
  encode "${input[@]}" "${x264[@]}" -c:a ac3 -ac 6 cinema.mkv
  made cinema.mkv 3 4:3
  encode "${input[@]}" -map 0 -map 1 -map 1 -map 1 "${x264[@]}" -c:a aac -metadata:s:a:1 language=eng languages.mkv
  made languages.mkv 3 4:3
  picture 320x240 25 6
  encode "${input[@]}" -itsoffset 3 -f lavfi -i sine=duration=3 -map 0 -map 1 "${x264[@]}" -c:a aac late_sound.mp4
  made late_sound.mp4 6 4:3
  picture 320x240 25 3 && sound 8
  encode "${input[@]}" "${x264[@]}" -c:a aac long_sound.mp4
  made long_sound.mp4 8 4:3
  picture 320x240 25 8 && sound 3
  encode "${input[@]}" "${x264[@]}" -c:a aac short_sound.mp4
  made short_sound.mp4 8 4:3
}

# Cut-off and damaged files go as far as they go; lists of other files and texts go nowhere.
make_damaged_ones() {
  picture 320x240 25 6 && sound 6
  encode "${input[@]}" "${x264[@]}" -g 25 -c:a aac whole.mkv
  head -c $(($(stat -c %s whole.mkv) / 2)) whole.mkv >cut.mkv && rm whole.mkv
  made cut.mkv 2.0-4.0 4:3
  encode "${input[@]}" -c:v mpeg4 -b:v 1M -g 25 -c:a mp2 whole.avi
  head -c $(($(stat -c %s whole.avi) * 6 / 10)) whole.avi >cut.avi && rm whole.avi
  made cut.avi 2.5-4.5 4:3
  encode "${input[@]}" "${x264[@]}" -g 25 -b:v 2M -c:a aac holed.ts
  dd if=/dev/zero of=holed.ts conv=notrunc bs=1000 seek=$(($(stat -c %s holed.ts) / 2000)) count=40 status=none
  made holed.ts 6 4:3
  printf 'RIFF\044\000\000\000WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data\000\000\000\000' >silent.wav
  refused silent.wav damaged
  printf '<html><body>502 Bad Gateway</body></html>\n' >download.mp4
  refused download.mp4 not_media
  printf "ffconcat version 1.0\nfile '%s/slow.mp4'\n" "$PWD" >list.mp4
  refused list.mp4 unsupported
  printf '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile://%s/slow.mp4\n#EXT-X-ENDLIST\n' "$PWD" >playlist.mp4
  refused playlist.mp4 unsupported
}
