// The other evaluator: the npm package @bufbuild/cel. Reads batches of lines
// {"e": expression, "v": {name: [kind, value…]}} ended by an empty line, and answers one canonical
// value a line (as datum.cc writes it), then an empty line.
import { celEnv, celMap, celUint, isCelError, isCelList, isCelMap, isCelType, isCelUint, parse, plan } from "@bufbuild/cel";
import { create } from "@bufbuild/protobuf";
import { isReflectMessage } from "@bufbuild/protobuf/reflect";
import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { createInterface } from "node:readline";

const env = celEnv();
const hex = (bytes) => Buffer.from(bytes).toString("hex");

function time(schema, text) {
  const [seconds, nanos] = text.split(".").map(BigInt);
  if (schema === DurationSchema && seconds < 0n && nanos > 0n)  // theirs have one sign
    return create(schema, { seconds: seconds + 1n, nanos: Number(nanos - 1000000000n) });
  return create(schema, { seconds, nanos: Number(nanos) });
}

function decode([kind, ...rest]) {
  switch (kind) {
    case "bool": return rest[0] === "true";
    case "int": return BigInt(rest[0]);
    case "uint": return celUint(BigInt(rest[0]));
    case "double": return Buffer.from(rest[0], "hex").readDoubleBE();
    case "string": return Buffer.from(rest[0], "hex").toString("utf8");
    case "bytes": return new Uint8Array(Buffer.from(rest[0], "hex"));
    case "timestamp": return time(TimestampSchema, rest[0]);
    case "duration": return time(DurationSchema, rest[0]);
    case "list": return rest.map(decode);
    case "map": {
      const map = new Map();
      for (let i = 0; i < rest.length; i += 2) map.set(decode(rest[i]), decode(rest[i + 1]));
      return celMap(map);
    }
    default: return null;
  }
}

function double(v) {
  if (Number.isNaN(v)) return "dnan";
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(v);
  return `d${bytes.toString("hex")}`;
}

function canonical(v) {
  if (isCelError(v)) return "error";
  switch (typeof v) {
    case "boolean": return String(v);
    case "bigint": return `i${v}`;
    case "number": return double(v);
    case "string": return `s${hex(Buffer.from(v, "utf8"))}`;
  }
  if (v === null) return "null";
  if (isCelUint(v)) return `u${v.value}`;
  if (v instanceof Uint8Array) return `b${hex(v)}`;
  if (isCelList(v)) return `[${[...v].map(canonical).join(",")}]`;
  if (isCelMap(v))
    return `{${[...v.entries()].map(([k, e]) => `${canonical(k)}:${canonical(e)}`).sort().join(",")}}`;
  if (isCelType(v)) return `T${v.name}`;
  const message = isReflectMessage(v) ? v.message : v;
  if (message.$typeName === "google.protobuf.Timestamp") return `t${message.seconds}.${message.nanos}`;
  if (message.$typeName === "google.protobuf.Duration")
    return `p${message.seconds * 1000000000n + BigInt(message.nanos)}`;
  return `other ${message.$typeName ?? typeof v}`;
}

function answer(line) {
  const { e, v } = JSON.parse(line);
  let expression;
  try {
    expression = plan(env, parse(e));
  } catch (error) {
    return `unreadable ${String(error).replaceAll("\n", " ")}`;
  }
  const bound = Object.fromEntries(Object.entries(v).map(([name, value]) => [name, decode(value)]));
  try {
    return canonical(expression(bound));
  } catch {
    return "error";
  }
}

let answers = [];
createInterface({ input: process.stdin }).on("line", (line) => {
  if (line !== "") {
    answers.push(answer(line));
    return;
  }
  process.stdout.write(`${answers.join("\n")}\n\n`);
  answers = [];
});
