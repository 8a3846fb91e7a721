//! Prints what is generated from the code: the OpenAPI document, with `problems` the page of problem codes, with `package`
//! the JSON Schema of the package, unless it breaks the committed one.

use std::{error::Error, io::Write as _};

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args().nth(1).as_deref() {
        Some("problems") => baton_http::problem::reference(),
        None => baton_http::openapi().to_pretty_json()? + "\n",
        Some("package") => package_schema()?,
        Some(other) => return Err(format!("unknown page `{other}`: none, `problems` or `package`").into()),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn package_schema() -> Result<String, Box<dyn Error>> {
    let fresh = baton_model::package_schema();
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/package.schema.json");
    if let Ok(text) = std::fs::read_to_string(committed) {
        let breaks = baton_model::package_schema::breaks(&serde_json::from_str(&text)?, &fresh);
        if !breaks.is_empty() {
            let list = breaks.join("\n  ");
            return Err(format!("`baton.package/v1` only grows by optional fields, but:\n  {list}").into());
        }
    }
    Ok(format!("{fresh:#}\n"))
}
