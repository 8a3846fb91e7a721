//! The OpenAPI document: what the handlers say, and what holds for every operation.

use utoipa::{
    OpenApi,
    openapi::{
        Content, HttpMethod, Object, OpenApi as Document, Ref, RefOr, ResponseBuilder, Type,
        extensions::ExtensionsBuilder,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::{
    access::{self, Allowed, Effect},
    problem::Problem,
    routes,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Baton",
        description = "The handoff layer between AI agents and human teams. Writes need an `Idempotency-Key`; refusals are \
                       RFC 9457 problem documents; bodies have at most 256 KiB (articles 1 MiB); streams are \
                       server-sent events named `view`, each a whole view.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem))
)]
struct Frame;

/// The document of all operations.
pub fn openapi() -> Document {
    let mut document = routes::router().into_openapi();
    let mut frame = Frame::openapi();
    frame.merge(std::mem::take(&mut document));
    for (path, item) in &mut frame.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, method, operation);
        }
    }
    let components = frame.components.get_or_insert_default();
    components
        .add_security_scheme("bearer", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
    frame
}

/// The operations of a path.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Delete, &mut item.delete),
        (HttpMethod::Patch, &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|o| (method, o)))
}

fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Head => "HEAD",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Trace => "TRACE",
    }
}

/// Adds what follows from the operation's row: who may call it, the key of a write, and the shape of refusals.
fn complete(path: &str, method: HttpMethod, operation: &mut Operation) {
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let response = ResponseBuilder::new().description("Refused").content("application/problem+json", problem).build();
    operation.responses.responses.insert("default".into(), RefOr::T(response));
    let Some(row) = access::operation(name(&method), path) else { return };
    match row.allowed {
        Allowed::Public => operation.security = Some(Vec::new()),
        Allowed::Only(who) => {
            operation.security = Some(vec![SecurityRequirement::new::<_, _, String>("bearer", [])]);
            let names: Vec<_> = who.iter().map(|w| w.name()).collect();
            operation.extensions.get_or_insert_default().merge(ExtensionsBuilder::new().add("x-roles", names).build());
        }
    }
    if row.effect == Effect::Writes {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(utoipa::openapi::Required::True)
            .description(Some("Fresh per intent, the same on a retry: 1 to 128 visible ASCII characters."))
            .schema(Some(Object::with_type(Type::String)))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pages_are_what_the_code_says() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
        let fresh = [
            ("openapi.json", openapi().to_pretty_json().unwrap() + "\n"),
            ("problems.md", crate::problem::reference()),
            ("package.schema.json", format!("{:#}\n", baton_model::package_schema())),
        ];
        for (name, text) in fresh {
            let committed = std::fs::read_to_string(root.join(name)).unwrap_or_default();
            assert!(committed == text, "docs/reference/{name} is stale: run `cargo xtask bless` and look at the difference");
        }
    }

    #[test]
    fn every_operation_is_in_the_access_table_and_the_other_way_round() {
        let mut documented = Vec::new();
        for (path, item) in &mut openapi().paths.paths {
            for (method, operation) in operations(item) {
                assert!(operation.security.is_some(), "{path} says nothing about access");
                documented.push((name(&method).to_owned(), path.clone()));
            }
        }
        let mut listed: Vec<_> = access::OPERATIONS.iter().map(|o| (o.method.to_owned(), o.path.to_owned())).collect();
        documented.sort();
        listed.sort();
        assert_eq!(documented, listed);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let json = serde_json::to_value(openapi()).unwrap();
        let mut open = vec![&json];
        while let Some(value) = open.pop() {
            if let Some(target) = value.get("$ref").and_then(|r| r.as_str()) {
                assert!(json.pointer(target.trim_start_matches('#')).is_some(), "{target} leads nowhere");
            }
            match value {
                serde_json::Value::Array(items) => open.extend(items),
                serde_json::Value::Object(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
    }
}
