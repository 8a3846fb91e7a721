//! Prints what is generated from the code: the OpenAPI document, or with `problems` the page of problem codes.

use std::{error::Error, io::Write as _};

fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args().nth(1).as_deref() {
        Some("problems") => baton_http::problem::reference(),
        None => baton_http::openapi().to_pretty_json()? + "\n",
        Some(other) => return Err(format!("unknown page `{other}`: none, or `problems`").into()),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
