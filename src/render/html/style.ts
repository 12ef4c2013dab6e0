// The report's style sheet: light and dark by the reader's preference, and paper.
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5b6777;--line:#dfe4ea;--good:#16794a;--warn:#9a6200;--bad:#b42318;--info:#2b5fb3;--none:#6b7684;--good-bg:#e5f5ec;--warn-bg:#fdf1d8;--bad-bg:#fde8e6;--none-bg:#eceff3;--info-bg:#e6eefb}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b212a;--ink:#e7ebf0;--soft:#9aa6b5;--line:#303a47;--good:#5fcf95;--warn:#f0b850;--bad:#ff8a7d;--info:#8ab4ff;--none:#98a3b1;--good-bg:#173526;--warn-bg:#3a2d10;--bad-bg:#43201d;--none-bg:#262e39;--info-bg:#1d2c47}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
p,li,h2,h3,summary,article{overflow-wrap:anywhere;min-width:0}
main{max-width:1120px;margin:0 auto;padding:24px 16px 64px}
header.top{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:baseline;justify-content:space-between;margin-bottom:16px}
h1{font-size:20px;margin:0}h2{font-size:24px;margin:0;overflow-wrap:anywhere}h3{font-size:16px;margin:28px 0 10px}
.soft{color:var(--soft)}.small{font-size:13px}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin:16px 0}
.hero{display:flex;flex-wrap:wrap;gap:16px 28px;align-items:flex-start;justify-content:space-between}
.hero>div:first-child{flex:1 1 320px;min-width:0}
.badge{display:inline-block;border-radius:999px;padding:6px 16px;font-weight:700;letter-spacing:.02em;text-transform:uppercase}
.numbers{display:flex;gap:20px;margin-top:12px}.numbers b{display:block;font-size:22px}
.good{color:var(--good);background:var(--good-bg)}.warn{color:var(--warn);background:var(--warn-bg)}.bad{color:var(--bad);background:var(--bad-bg)}.none{color:var(--none);background:var(--none-bg)}.info{color:var(--info);background:var(--info-bg)}
.points{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:10px;padding:0;margin:18px 0 0;list-style:none}
.points li{border:1px solid var(--line);border-left-width:5px;border-radius:8px;padding:10px 12px}
.points li.pass{border-left-color:var(--good)}.points li.warn-p{border-left-color:var(--warn)}.points li.fail{border-left-color:var(--bad)}.points li.unknown{border-left-color:var(--none)}
.points b{display:block}.points .outcome{display:block;font-size:13px;font-weight:600;margin:1px 0 4px}.points .pass .outcome{color:var(--good)}.points .warn-p .outcome{color:var(--warn)}.points .fail .outcome{color:var(--bad)}.points .unknown .outcome{color:var(--none)}.points li{font-size:14px;overflow-wrap:anywhere}
.chip{display:inline-block;border-radius:6px;padding:1px 8px;font-size:12.5px;font-weight:600;margin:0 4px 4px 0;max-width:100%;overflow-wrap:break-word}
.finding{border-top:1px solid var(--line);padding:12px 0}.finding:first-of-type{border-top:0}
.finding p{margin:4px 0}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
pre{background:var(--bg);border:1px solid var(--line);border-radius:8px;padding:10px;margin:8px 0;max-height:320px;overflow:auto}
a{color:var(--info)}
.level-good{border-top:5px solid var(--good)}.level-warn{border-top:5px solid var(--warn)}.level-bad{border-top:5px solid var(--bad)}
.verdict{text-align:right}.verdict .numbers{justify-content:flex-end}.verdict .numbers div{font-size:13px;color:var(--soft)}.verdict .numbers b{color:var(--ink)}
table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;vertical-align:top;padding:6px 10px 6px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600;white-space:nowrap;overflow-wrap:normal}
.scroll{overflow-x:auto}
svg .band0{fill:var(--none-bg);opacity:.55}svg .band1{fill:none}svg .phase{fill:var(--soft)}
details{border-top:1px solid var(--line);padding:8px 0}summary{cursor:pointer;font-weight:600;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto}svg.d1,svg.d2{max-width:560px}svg.d3{max-width:800px}
svg text{font:11px system-ui,sans-serif;fill:var(--ink)}svg .lane{stroke:var(--line)}svg rect.box{stroke:var(--card)}
svg .n0{fill:var(--none-bg)}svg .n1{fill:var(--info-bg)}svg .n2{fill:var(--warn-bg)}svg .n3{fill:var(--bad-bg)}svg .n4{fill:var(--bad)}svg .n4t{fill:var(--card)}
svg .dot-good{fill:var(--good)}svg .dot-bad{fill:var(--bad)}svg .dot-none{fill:var(--info)}
@media screen and (max-width:760px){.scroll>table{min-width:560px}.scroll>table.wide{min-width:860px}svg.wide{min-width:760px}svg.d2{min-width:420px}svg.d3{min-width:560px}.verdict{text-align:left}.verdict .numbers{justify-content:flex-start}}
@media screen and (max-width:640px){table.stack,table.stack tbody{display:block}table.stack thead{display:none}table.stack tr{display:block;border-bottom:1px solid var(--line);padding:8px 0}table.stack td{display:block;border:0;padding:1px 0}table.stack td:empty{display:none}table.stack td+td::before{content:attr(data-label) ": ";color:var(--soft)}}
@media (max-width:520px){main{padding:12px 10px 40px}.card{padding:14px}th,td{font-size:13px}}
@media print{body{background:#fff;font-size:11pt}.card{break-inside:auto;border-color:#bbb}.finding,.points li{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}h3{break-after:avoid}tr,svg{break-inside:avoid}a{color:inherit;text-decoration:none}pre{max-height:none}}
`;
