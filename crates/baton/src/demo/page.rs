//! What the visitor needs: the console lines, and the same as `/demo.json`.

use std::io::{self, Write};

use axum::{Json, Router, routing::get};
use serde_json::{Value, json};

use super::{Shop, shop::Login};
use crate::out::out;

/// Everything here is meant to be seen: the demo has no secrets.
fn document(shop: &Shop) -> Value {
    let show = |l: &Login| json!({ "email": l.email, "password": l.password, "name": l.name, "role": l.role.name(), "about": l.about });
    let (simulated, own): (Vec<&Login>, Vec<&Login>) = shop.logins.iter().partition(|l| l.simulated);
    json!({
        "workspace": shop.slug,
        "business_name": shop.business_name,
        "desk_url": "/",
        "widget_key": shop.widget_key,
        "bot_key": shop.bot_key,
        // For the visitor.
        "logins": own.into_iter().map(show).collect::<Vec<_>>(),
        // Played by the demo, unless it is quiet.
        "simulated": simulated.into_iter().map(show).collect::<Vec<_>>(),
    })
}

pub(crate) fn router(shop: &Shop) -> Router {
    let document = document(shop);
    Router::new().route("/demo.json", get(move || async move { Json(document) }))
}

pub(crate) fn announce(base: &str, shop: &Shop) -> io::Result<()> {
    writeln!(out(), "Baton's demo shop is open.\n")?;
    writeln!(out(), "  Be a customer:  {base}/demo")?;
    writeln!(out(), "  Be a person:    {base}/   (workspace {})\n", shop.slug)?;
    for login in shop.logins.iter().filter(|l| !l.simulated) {
        writeln!(out(), "  {:<28} {}   {}", login.email, login.password, login.about)?;
    }
    writeln!(out(), "\n  Everything else: {base}/demo.json.  Ctrl-C stops and forgets it, unless --data names a directory.")
}
