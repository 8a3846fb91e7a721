//! Copies the web build to where `rust-embed` takes it, or puts a one-page notice there. Never runs a web tool.

use std::{env, error::Error, fs, io, path::Path};

const NOTICE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Baton</title>\
<body style=\"font: 16px/1.5 system-ui; margin: 10vh auto; max-width: 34rem; padding: 0 1rem\">\
<h1>Baton is running</h1><p>This build has no web pages in it. Run <code>cargo xtask setup</code>, or build the \
<code>web</code> package, and build again. The API is at <a href=\"/v1/openapi.json\">/v1/openapi.json</a>.</p>\n";

fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name: &str| env::var_os(name).ok_or_else(|| format!("{name} is not set"));
    let web = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../web");
    let dist = web.join("dist");
    let ui = Path::new(&variable("OUT_DIR")?).join("ui");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=BATON_REQUIRE_UI");
    // A path that does not exist would make every build a fresh one, so its parent is watched instead.
    println!("cargo::rerun-if-changed={}", if dist.is_dir() { &dist } else { &web }.display());

    if ui.exists() {
        fs::remove_dir_all(&ui)?;
    }
    fs::create_dir_all(&ui)?;
    if dist.join("index.html").is_file() {
        copy(&dist, &ui)?;
    } else if env::var_os("BATON_REQUIRE_UI").is_some_and(|v| v == "1") {
        return Err("web/dist/index.html is missing and BATON_REQUIRE_UI=1: build the web package first".into());
    } else {
        fs::write(ui.join("index.html"), NOTICE)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
