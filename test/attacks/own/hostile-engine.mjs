/** An engine that was taken over: it speaks the channel as it likes. Its first argument names what it says. */
import { readSync, writeSync } from "node:fs";

const CHANNEL = 3;

function frame(type, id, head, body = Buffer.alloc(0)) {
  const text = Buffer.from(head);
  const front = Buffer.alloc(13);
  front.writeUInt32LE(9 + text.length + body.length, 0);
  front.writeUInt8(type, 4);
  front.writeUInt32LE(id, 5);
  front.writeUInt32LE(text.length, 9);
  return Buffer.concat([front, text, body]);
}

function send(bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(CHANNEL, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") process.exit(0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const call = (id, op, argsJson, body) => send(frame(2, id, `{"op":"${op}","args":${argsJson}}`, body));
const ready = () => send(frame(1, 0, '{"walls":[],"pid":1}'));

const HEAD = 16 * 1024 * 1024 - 200;
const says = {
  "a key of megabytes": () => call(1, "fs.readFile", `{"${'\\"'.repeat(8 * 1024 * 1024 - 30)}":1}`),
  "eight million changes": () => call(1, "data.apply", `{"changes":[${"0,".repeat(HEAD / 2 - 40)}0]}`),
  "a million empty objects": () => call(1, "data.apply", `{"changes":[${"{},".repeat(HEAD / 3 - 40)}{}]}`),
  "a million headers": () =>
    call(
      1,
      "net.fetch",
      `{"url":"http://x/","method":"GET","redirect":"follow","hasBody":false,"headers":[${'["",""],'.repeat(HEAD / 8 - 40)}["",""]]}`,
    ),
  "a million unknown keys": () =>
    call(
      1,
      "fs.readFile",
      `{${Array.from({ length: 1_000_000 }, (_, at) => `"${at.toString(36)}":0`).join(",")}}`,
    ),
  "deep arguments": () =>
    call(1, "data.apply", `{"changes":${"[".repeat(HEAD / 2 - 40)}${"]".repeat(HEAD / 2 - 40)}}`),
  "deep other words": () => send(frame(5, 0, `{"error":${"[".repeat(HEAD / 2)}${"]".repeat(HEAD / 2)}}`)),
  "names of objects' own members": () => {
    let id = 1;
    for (const op of ["__proto__", "constructor", "toString", "fs.__proto__", "", "fs", "fs.readFile.x"])
      call(id++, op, "{}");
    for (const args of [
      "null",
      "1",
      "[]",
      '"x"',
      "[[]]",
      '{"__proto__":{"path":"/etc/passwd"}}',
      '{"path":{"toString":1}}',
    ])
      call(id++, "fs.readFile", args);
    send(frame(2, id++, '{"op":"fs.readFile"}'));
  },
  "one number for every call": () => {
    for (let at = 0; at < 1000; at += 1) call(7, "fs.exists", '{"path":"/etc/passwd"}');
  },
  "cancelling what it never called": () => {
    call(1, "net.abort", '{"call":1}');
    call(2, "net.abort", '{"call":4294967295,"handle":99}');
    call(3, "fs.fileClose", '{"handle":1}');
  },
  "a frame that never ends": () => {
    const front = Buffer.alloc(13);
    front.writeUInt32LE(70 * 1024 * 1024, 0);
    front.writeUInt8(2, 4);
    send(front);
  },
  "a length beyond all": () => send(Buffer.from([255, 255, 255, 255, 2, 0, 0, 0, 0, 0, 0, 0, 0])),
  "a head longer than its frame": () => send(Buffer.from([9, 0, 0, 0, 2, 0, 0, 0, 0, 255, 0, 0, 0])),
  "ready twice": () => ready(),
  "a stream that is none": () => send(frame(3, 0, "", Buffer.from("x"))),
  "half a million handle calls": () => {
    for (let at = 0; at < 500_000; at += 1) call(at, "fs.fileRead", '{"handle":1,"size":1}');
  },
};

ready();
readSync(CHANNEL, Buffer.alloc(65_536)); // waits until somebody listens
says[process.argv[2]]();
for (;;) {
  try {
    const count = readSync(CHANNEL, Buffer.alloc(65_536));
    if (count === 0) process.exit(0);
    send(frame(5, 0, '{"error":{"kind":"uncaught","name":"Over","message":"over"}}'));
  } catch (error) {
    if (error.code !== "EAGAIN") process.exit(0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}
