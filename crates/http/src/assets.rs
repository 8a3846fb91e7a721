//! The web pages, embedded: the desk, the widget's script, the demo shop.
//!
//! Without a web build there is a one-page notice instead; the API works all the same.

use std::borrow::Cow;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{
    app::App,
    problem::{Code, Problem},
};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/ui"]
struct Ui;

/// First path segments that show the desk app, which keeps its own addresses behind `#`.
const PAGES: [&str; 2] = ["", "desk"];

/// Nothing from elsewhere, nothing inline but styles (components set them), no framing.
const DESK_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
     connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The last resort of the router: a page, an asset, or a problem.
pub(crate) async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    let missing = || Problem::new(Code::NotFound, format!("Nothing is served at {path}.")).into_response();
    if path.starts_with("/v1/") || path == "/v1" {
        return missing();
    }
    let Some(response) = find(&app, path) else { return missing() };
    match *request.method() {
        Method::GET => response,
        Method::HEAD => response.map(|_| Body::empty()),
        _ => {
            let mut refused = Problem::new(Code::MethodNotAllowed, "Pages can only be read.").into_response();
            refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            refused
        }
    }
}

fn find(app: &App, path: &str) -> Option<Response> {
    let path = path.strip_prefix('/')?;
    if path.split('/').any(|segment| segment.starts_with('.')) {
        return None;
    }
    if path == "demo" {
        let demo = app.options().demo.as_ref()?;
        let page = Ui::get("demo.html")?;
        let html = String::from_utf8_lossy(&page.data).replace("__BATON_WIDGET_KEY__", &demo.widget_key);
        return Some(html_page(html.into_bytes().into()));
    }
    if path == "widget.js" {
        let mut response = file(path, Ui::get(path)?, "public, max-age=300");
        // It is a script for other people's pages, as a classic script or as a module.
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        response
            .headers_mut()
            .insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
        return Some(response);
    }
    if path.starts_with("assets/") {
        // Their names hold a hash of their content.
        let mut response = file(path, Ui::get(path)?, "public, max-age=31536000, immutable");
        // The widget's parts are loaded from other people's pages.
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        return Some(response);
    }
    if path == "favicon.svg" || path == "favicon.ico" {
        return Some(file(path, Ui::get(path)?, "public, max-age=3600"));
    }
    let first = path.split('/').next().unwrap_or_default();
    PAGES.contains(&first).then(|| Ui::get("index.html")).flatten().map(|page| html_page(page.data))
}

fn html_page(html: Cow<'static, [u8]>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, DESK_POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    (StatusCode::OK, headers, html).into_response()
}

fn file(path: &str, file: EmbeddedFile, cache: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type(path)), (header::CACHE_CONTROL, cache)];
    (StatusCode::OK, headers, file.data).into_response()
}

/// What a web build holds; anything else is only bytes.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        _ => "application/octet-stream",
    }
}
