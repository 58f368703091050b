/** The only style of the pages. It is named by its hash in their Content-Security-Policy. */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f5f6f8;--line:#dcdfe5;--text:#1b1f27;--dim:#565d6b;--accent:#1d4ed8;--code:#eef0f4;--tag:#e2e9fb}
@media(prefers-color-scheme:dark){:root{--bg:#12151b;--soft:#191d25;--line:#333a47;--text:#e7eaf0;--dim:#a2aab8;--accent:#8fb4ff;--code:#1f242e;--tag:#25324f}}
*{box-sizing:border-box}
html{scroll-padding-top:1.25rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:1rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible,[tabindex]:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;padding:.5rem 1rem;background:var(--bg);z-index:2}
.frame{display:grid;grid-template-columns:16rem minmax(0,1fr);max-width:78rem;margin:0 auto}
.side{border-right:1px solid var(--line);padding:1.75rem 1.25rem;position:sticky;top:0;height:100vh;overflow-y:auto;font-size:.925rem}
.side strong{display:block;margin:1.4rem 0 .3rem;font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--dim)}
.side .brand{font-weight:700;font-size:1.05rem;color:var(--text);text-decoration:none}
.side ul{list-style:none;margin:0;padding:0}
.side li a{display:block;padding:.22rem .5rem;margin-left:-.5rem;border-radius:5px;color:var(--text);text-decoration:none}
.side li a:hover{background:var(--soft);color:var(--accent)}
main{padding:2.25rem 2.5rem 5rem}
.plain{max-width:44rem;margin:0 auto;padding:3rem 1.5rem}
h1{font-size:2rem;line-height:1.2;margin:0 0 .5rem;letter-spacing:-.015em}
h2{font-size:1.4rem;line-height:1.3;margin:0 0 .5rem;letter-spacing:-.01em}
h3{font-size:1rem;margin:1.75rem 0 .5rem}
p{margin:.4rem 0 1rem;max-width:46rem}
.lead{font-size:1.125rem;color:var(--dim)}
section{border-top:1px solid var(--line);padding-top:2rem;margin-top:2.75rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
code{background:var(--code);border-radius:4px;padding:.12em .35em;white-space:break-spaces}
pre{background:var(--code);border-radius:8px;padding:.8rem 1rem;margin:.4rem 0 .8rem;line-height:1.55}
pre code{background:none;padding:0;white-space:pre-wrap;overflow-wrap:anywhere}
.route{display:flex;flex-wrap:wrap;gap:.4rem .6rem;align-items:center;margin:.35rem 0;font-size:.925rem}
.verb{font-size:.75rem;font-weight:700;letter-spacing:.03em;background:var(--tag);border-radius:4px;padding:.15rem .45rem}
.dim{color:var(--dim)}
.wide{overflow-x:auto;margin:.5rem 0 1rem;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:normal}
th,td{text-align:left;vertical-align:top;padding:.5rem .85rem;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{background:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:400;white-space:nowrap}
td code{white-space:nowrap}
.key{font-size:.75rem;font-weight:600;background:var(--tag);border-radius:4px;padding:.05rem .35rem;margin-left:.4rem}
details{margin:.5rem 0 1rem}
summary{cursor:pointer;color:var(--accent)}
.links{padding-left:1.2rem}
@media(max-width:52rem){.frame{display:block}.side{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line);padding:1.25rem}.side ul{display:flex;flex-wrap:wrap;gap:0 1rem}.side li a{padding:.45rem .5rem}main{padding:1.5rem 1.25rem 3rem}h1{font-size:1.65rem}}
@media print{.side{display:none}.frame{display:block}}
`
