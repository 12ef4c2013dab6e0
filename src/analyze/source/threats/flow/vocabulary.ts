// Which calls read, send, run, decode or write, by canonical name.

const CLIENTS =
  /^(?:fetch|node-fetch|cross-fetch|isomorphic-fetch|undici\.(?:fetch|request|stream)|(?:axios|got|superagent|needle|ky|ofetch|wretch|request|request-promise(?:-native)?|phin|centra|bent|make-fetch-happen|minipass-fetch|follow-redirects\.https?|https?|http2)(?:\.(?:create|extend|defaults|instance)\(\))?(?:\.(?:get|post|put|patch|delete|request|head|stream|fetch))?|navigator\.sendBeacon|\$fetch|Bun\.fetch|fetch\.default|request\.defaults\(\)(?:\.post|\.get)?)$/;
const SERVER_SIDE = /^(?:https?|http2)$/;
const FS = '(?:fs|fs\\.promises|fs-extra|graceful-fs)\\.';

export const isClient = (name: string): boolean => CLIENTS.test(name) && !SERVER_SIDE.test(name);
export const isConnection = (name: string): boolean =>
  /^(?:net\.(?:connect|createConnection)|new net\.Socket|net\.Socket|tls\.connect|new WebSocket|new ws(?:\.WebSocket)?|WebSocket|ws(?:\.WebSocket)?|dgram\.createSocket|https?\.request|new XMLHttpRequest|XMLHttpRequest|http2\.connect|new EventSource|socket\.io-client(?:\.io)?)$/.test(
    name,
  );
export const isDnsQuery = (name: string): boolean =>
  /^(?:dns|dns\.promises|new dns(?:\.promises)?\.Resolver|new dns\.promises\.Resolver)\.(?:lookup|resolve\w{0,8}|query)$/.test(
    name,
  );
export const isMailer = (name: string): boolean =>
  /^nodemailer\.createTransport\(\)\.sendMail$/.test(name);
const EXEC =
  /^(?:child_process|node-pty|cross-spawn|execa|shelljs|zx|sudo-prompt|bun|Bun)(?:\.\w{1,24})*$/;
export const isExec = (name: string): boolean =>
  EXEC.test(name) &&
  /(?:^|\.)(?:exec|execSync|spawn|spawnSync|execFile|execFileSync|execa|execaSync|execaCommand(?:Sync)?|command(?:Sync)?|sync|cross-spawn|fork|\$)$/.test(
    name,
  );
/** Takes one text for a shell, not a program with arguments. */
export const isShellExec = (name: string): boolean =>
  /\.(?:exec|execSync|execaCommand\w{0,4}|command\w{0,4})$/.test(name);
export const isEval = (name: string): boolean =>
  /^(?:eval|Function|new Function|vm\.(?:runInThisContext|runInNewContext|runInContext|compileFunction|Script)|new vm\.Script|new vm\.SourceTextModule|vm\.SourceTextModule|require-from-string|new AsyncFunction)$/.test(
    name,
  ) ||
  /(?:^|\.)_compile$/.test(name) ||
  /^(?:Object|Reflect)\.getPrototypeOf\(\)\.constructor(?:\.__proto__)?$/.test(name) ||
  /(?:^|\.)constructor\.constructor$|^function\.constructor$/.test(name);

/** Constructors of functions: parameters first, the code last. */
const MAKES_FUNCTION =
  /^(?:new )?(?:Function|Function\.prototype\.constructor|(?:\w+\.)?(?:Async|Generator|AsyncGenerator)Function|(?:Object|Reflect)\.getPrototypeOf\(\)\.constructor(?:\.__proto__)?|function\.constructor(?:\.constructor)?)$/;
export const isFunctionMaker = (name: string): boolean => MAKES_FUNCTION.test(name);
export const isTimer = (name: string): boolean =>
  /^(?:setTimeout|setInterval|setImmediate)$/.test(name);
export const isWorker = (name: string): boolean => /^new (?:worker_threads\.)?Worker$/.test(name);
/** Whether something of that name, called or made, may run what it is given as code. */
export const mayRunCode = (name: string): boolean =>
  isTimer(name) ||
  name === 'Reflect.construct' ||
  [name, `new ${name}`].some((one) => isEval(one) || isFunctionMaker(one) || isWorker(one));

const READS = new RegExp(
  `^${FS}(?:readFile|readFileSync|createReadStream|readJson|readJsonSync|copyFile|copyFileSync|readdir|readdirSync|open|openSync|cp|cpSync|copy|copySync)$`,
);
export const isFileRead = (name: string): boolean =>
  READS.test(name) ||
  /^(?:Bun\.file|Deno\.readTextFile\w{0,4}|archiver\(\)\.(?:file|directory)|new adm-zip\.addLocalF\w{1,8}|glob(?:\.glob|\.sync|\.globSync)?|fast-glob(?:\.sync)?|globby)$/.test(
    name,
  );
const WRITES = new RegExp(
  `^${FS}(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|outputFile|outputFileSync|writeJson|writeJsonSync|writeJSON|writeJSONSync|outputJson|outputJsonSync|copyFile|copyFileSync|cp|cpSync|copy|copySync|symlink|symlinkSync|rename|renameSync|open|openSync)$`,
);
export const isFileWrite = (name: string): boolean =>
  WRITES.test(name) ||
  /^(?:Bun\.write|Deno\.writeTextFile\w{0,4}|write-file-atomic(?:\.sync)?)$/.test(name);
const CHMODS = new RegExp(`^${FS}f?chmod(?:Sync)?$`);
export const isChmod = (name: string): boolean => CHMODS.test(name);
const REMOVES = new RegExp(
  `^(?:${FS}(?:rm|rmSync|rmdir|rmdirSync|remove|removeSync|emptyDir|emptyDirSync|unlink|unlinkSync)|rimraf(?:\\.(?:sync|rimraf|rimrafSync))?|del(?:\\.sync|eteSync)?|shelljs\\.rm)$`,
);
export const isRemove = (name: string): boolean => REMOVES.test(name);
export const isRecursiveRemove = (name: string): boolean => isRemove(name) && !/unlink/.test(name);

const DECODERS =
  /^(?:atob|unescape|decodeURIComponent|base64-js\.toByteArray|js-base64\.(?:decode|Base64\.decode)|zlib\.(?:inflate|gunzip|brotliDecompress|unzip|inflateRaw)(?:Sync)?|pako\.(?:inflate\w{0,8}|ungzip)|lz-string\.decompress\w{0,30}|crypto-js\.(?:AES|RC4|TripleDES|Rabbit|DES)\.decrypt|crypto-js\.AES\.decrypt\(\)\.toString|String\.fromCharCode|String\.fromCodePoint|crypto\.privateDecrypt|crypto\.createDecipher(?:iv)?\(\)\.(?:update|final)|base-64\.decode|jsfuck)$/;
export const isDecoder = (name: string): boolean => DECODERS.test(name);
export const isHostInfo = (name: string): boolean =>
  /^os\.(?:hostname|userInfo|networkInterfaces)$/.test(name);
export const isClipboardRead = (name: string): boolean =>
  /^(?:navigator\.clipboard\.readText|clipboardy\.(?:read|readSync)|copy-paste\.paste|(?:clipboard-sys|node-clipboardy|simple-clipboard|@napi-rs\/clipboard\.Clipboard\(?\)?|@crosscopy\/clipboard)\.(?:read\w{0,8}|get\w{0,8})|new @napi-rs\/clipboard\.Clipboard\.getText|clipboard-event|electron\.clipboard\.readText)$/.test(
    name,
  );
export const isScreenRead = (name: string): boolean =>
  /^(?:screenshot-desktop(?:\.all)?|desktop-screenshot|desktopCapturer\.getSources|electron\.desktopCapturer\.getSources|robotjs\.screen\.capture)$/.test(
    name,
  );
/** Hears every key that is pressed, in whatever window. */
export const isKeyRead = (name: string): boolean =>
  /^(?:new )?(?:uiohook-napi(?:\.uIOhook)?|iohook|iohook-raub|node-global-key-listener\.GlobalKeyboardListener|global-key-listener|gkm\.events|node-key-sender|keyspy)\.(?:on|addListener|events\.on)$/.test(
    name,
  );
export const isClipboardWrite = (name: string): boolean =>
  /^(?:navigator\.clipboard\.writeText|clipboardy\.(?:write|writeSync)|copy-paste\.copy|(?:clipboard-sys|node-clipboardy|simple-clipboard|@crosscopy\/clipboard)\.(?:write\w{0,8}|set\w{0,8})|new @napi-rs\/clipboard\.Clipboard\.setText|electron\.clipboard\.writeText)$/.test(
    name,
  );
/** Registers a tool, prompt or request handler of an MCP server; the last argument is the handler. */
export const isToolRegistration = (method: string): boolean =>
  /^(?:tool|registerTool|addTool|setRequestHandler|registerPrompt|registerResource)$/.test(method);
/** What comes out says nothing any more about what went in. */
export const isScrubber = (method: string): boolean =>
  /^(?:length|includes|startsWith|endsWith|indexOf|test|has|digest|existsSync|statSync|lstatSync|accessSync|access|existsAsync|every|some|size|isArray|findIndex|charCodeAt|log|error|warn|info|debug|Boolean|parseInt|parseFloat|isFile|isDirectory|mkdirSync|mkdir)$/.test(
    method,
  );
