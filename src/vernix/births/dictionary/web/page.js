
"use strict";
{
  const search = document.getElementById("search");
  const within = document.getElementById("within");
  const found = document.getElementById("found");
  const radios = [...document.querySelectorAll("input[name=language]")];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("’", "'").toLowerCase();
  // The encounters of a thing stand in its footer: whoever looks for "birth" does not mean all of them.
  const things = [...document.querySelectorAll("article")].map((article) => ({
    article,
    text: plain([...article.querySelectorAll(":scope > :not(footer)")].map((part) => part.textContent).join(" ")),
    encounters: article.dataset.in.split(" "),
  }));

  const language = () => radios.find((radio) => radio.checked).value;

  function speak(spoken) {
    for (const radio of radios) radio.checked = radio.value === spoken;
    document.documentElement.lang = spoken;
    for (const option of within.options) option.textContent = option.dataset[spoken];
  }

  function filter() {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { article, text, encounters } of things) {
      const shown = words.every((word) => text.includes(word)) && (!within.value || encounters.includes(within.value));
      article.hidden = !shown;
      count += shown;
    }
    for (const section of document.querySelectorAll("section")) {
      section.hidden = !section.querySelector("article:not([hidden])");
    }
    found.textContent = String(count);
  }

  // What is looked for stands in the address, so that it can be kept and passed on: #q=weight&in=birth&language=fr
  function remember() {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    if (within.value) state.set("in", within.value);
    state.set("language", language());
    history.replaceState(null, "", `#${state}`);
  }

  function follow() {
    const place = location.hash.slice(1);
    if (place.includes("=")) {
      const state = new URLSearchParams(place);
      search.value = state.get("q") ?? "";
      within.value = state.get("in") ?? "";
      if (within.selectedIndex < 0) within.value = "";
      if (radios.some((radio) => radio.value === state.get("language"))) speak(state.get("language"));
      filter();
      scrollTo(0, 0);
      return;
    }
    const target = document.getElementById(place);
    if (!target?.matches("article[hidden]")) return;
    search.value = within.value = "";
    filter();
    target.scrollIntoView();
  }

  for (const radio of radios) radio.addEventListener("change", () => { speak(radio.value); remember(); });
  for (const control of [search, within]) control.addEventListener("input", () => { filter(); remember(); });
  search.form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== search && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.select();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter();
      remember();
    }
  });

  search.form.hidden = false;
  speak(navigator.language.startsWith("fr") ? "fr" : "en");
  filter();
  follow();
}
