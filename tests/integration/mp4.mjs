// A small reader of ISO/IEC 14496-12 boxes, written for the tests alone: it shares nothing with the programs under test.

// Calls visit(type, body) for each box in `buffer`; `body` is the box without its header.
export function eachBox(buffer, visit) {
  let at = 0;
  while (at + 8 <= buffer.length) {
    let size = buffer.readUInt32BE(at);
    let header = 8;
    if (size === 1) {
      size = Number(buffer.readBigUInt64BE(at + 8));
      header = 16;
    } else if (size === 0) {
      size = buffer.length - at;
    }
    if (size < header || at + size > buffer.length) throw new Error(`a box of ${size} bytes at ${at} is torn`);
    visit(buffer.toString('latin1', at + 4, at + 8), buffer.subarray(at + header, at + size));
    at += size;
  }
  if (at !== buffer.length) throw new Error(`${buffer.length - at} bytes after the last box`);
}

// The body of the first box at `path` ("moov/trak/mdia/mdhd"), or null.
export function findBox(buffer, path) {
  const [type, ...rest] = path.split('/');
  let found = null;
  eachBox(buffer, (name, body) => {
    if (name === type && found === null) found = rest.length > 0 ? findBox(body, rest.join('/')) : body;
  });
  return found;
}

export function boxTypes(buffer) {
  const types = [];
  eachBox(buffer, (name) => types.push(name));
  return types;
}

// An init segment: what the fragments need from it.
export function readInit(buffer) {
  const mdhd = findBox(buffer, 'moov/trak/mdia/mdhd');
  const stsd = findBox(buffer, 'moov/trak/mdia/minf/stbl/stsd');
  const trex = findBox(buffer, 'moov/mvex/trex');
  const avcC = stsd.indexOf('avcC', 0, 'latin1');
  return {
    timescale: mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12),
    codec: stsd.toString('latin1', 12, 16),
    hasEditList: findBox(buffer, 'moov/trak/edts/elst') !== null,
    nalLengthBytes: avcC < 0 ? 0 : (stsd[avcC + 4 + 4] & 3) + 1,
    defaults: { duration: trex.readUInt32BE(12), size: trex.readUInt32BE(16), flags: trex.readUInt32BE(20) },
  };
}

function readTrackDefaults(tfhd, defaults) {
  const flags = tfhd.readUInt32BE(0) & 0xffffff;
  const result = { ...defaults };
  let at = 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  for (const [bit, name] of [[0x8, 'duration'], [0x10, 'size'], [0x20, 'flags']]) {
    if (flags & bit) {
      result[name] = tfhd.readUInt32BE(at);
      at += 4;
    }
  }
  return result;
}

function readRun(trun, defaults) {
  const version = trun[0];
  const flags = trun.readUInt32BE(0) & 0xffffff;
  const count = trun.readUInt32BE(4);
  let at = 8 + (flags & 0x1 ? 4 : 0);
  const firstFlags = flags & 0x4 ? trun.readUInt32BE(at) : null;
  if (firstFlags !== null) at += 4;
  const samples = [];
  for (let i = 0; i < count; i++) {
    const sample = { ...defaults, offset: 0 };
    for (const [bit, name] of [[0x100, 'duration'], [0x200, 'size'], [0x400, 'flags']]) {
      if (flags & bit) {
        sample[name] = trun.readUInt32BE(at);
        at += 4;
      }
    }
    if (flags & 0x800) {
      sample.offset = version === 1 ? trun.readInt32BE(at) : trun.readUInt32BE(at);
      at += 4;
    }
    if (i === 0 && firstFlags !== null) sample.flags = firstFlags;
    samples.push(sample);
  }
  return samples;
}

// The NAL unit types (Rec. ITU-T H.264, 7.4.1) of a sample.
function nalTypes(sample, lengthBytes) {
  const types = [];
  for (let at = 0; at + lengthBytes < sample.length; ) {
    const length = sample.readUIntBE(at, lengthBytes);
    types.push(sample[at + lengthBytes] & 0x1f);
    at += lengthBytes + length;
  }
  return types;
}

// A media segment of one fragment. Times are in the track's timescale.
export function readSegment(buffer, init) {
  const tfdt = findBox(buffer, 'moof/traf/tfdt');
  const decodeTime = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
  const defaults = readTrackDefaults(findBox(buffer, 'moof/traf/tfhd'), init.defaults);
  const samples = readRun(findBox(buffer, 'moof/traf/trun'), defaults);
  const mdat = findBox(buffer, 'mdat');
  let time = decodeTime;
  let firstTime = Infinity;
  let endTime = -Infinity;
  const times = [];
  for (const sample of samples) {
    times.push(time + sample.offset);
    firstTime = Math.min(firstTime, time + sample.offset);
    time += sample.duration;
    endTime = Math.max(endTime, time);
  }
  return {
    types: boxTypes(buffer),
    decodeTime,
    firstTime,
    endTime,
    samples,
    times, // presentation, in decode order
    // sample_depends_on and sample_is_non_sync_sample, 8.8.3.1
    startsWithSync: (samples[0].flags & 0x10000) === 0,
    firstNalTypes: init.nalLengthBytes ? nalTypes(mdat.subarray(0, samples[0].size), init.nalLengthBytes) : [],
    bytesMatch: samples.reduce((sum, sample) => sum + sample.size, 0) === mdat.length,
  };
}
