const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function signInPage(uid, people, client) {
  const buttons = Object.entries(people).map(([login, person]) => `
    <button name="login" value="${escape(login)}" data-testid="login-${escape(login)}">
      <strong>${escape(person.name)}</strong><span>${escape(person.groups.join(', '))}</span>
    </button>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in · Hoop demo</title>
<style>
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 100vh; margin: 0; background: light-dark(#f6f7f9, #101216) }
  main { background: light-dark(#fff, #181b20); border: 1px solid light-dark(#e3e6ea, #2c3138); border-radius: .75rem; padding: 2rem; width: min(22rem, 90vw) }
  h1 { font-size: 1.25rem; margin: 0 0 .25rem } p { color: light-dark(#667, #99a); margin: 0 0 1.25rem }
  button { display: flex; justify-content: space-between; width: 100%; font: inherit; padding: .75rem 1rem; margin-top: .5rem; border-radius: .5rem; border: 1px solid light-dark(#ccd2d9, #3a414a); background: none; color: inherit; cursor: pointer }
  button:hover, button:focus-visible { border-color: light-dark(#0b5cad, #7ab8ff) } span { color: light-dark(#667, #99a) }
</style></head><body><main>
  <h1>Who are you?</h1><p>Demo sign-in to ${escape(client)}: no password, this machine only.</p>
  <form method="post" action="/interaction/${escape(uid)}/login">${buttons}</form>
</main></body></html>`;
}
