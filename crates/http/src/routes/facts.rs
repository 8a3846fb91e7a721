//! Customers and orders, uploaded by the owner.

use std::collections::BTreeMap;

use axum::Json;
use baton_model::{Customer, Input, Money, Order, Tier, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    limits,
    problem::Problem,
    request::{Id, Write},
};

/// A customer; the id is in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomer {
    name: String,
    #[serde(default)]
    tier: Tier,
    email: Option<String>,
    phone: Option<String>,
    /// BCP 47, as in `de-CH`.
    locale: Option<String>,
    /// IANA name, as in `Europe/Berlin`.
    time_zone: Option<String>,
    customer_since: Option<String>,
    lifetime_value: Option<Money>,
    /// Anything else worth showing, as text.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// An order; its reference is in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    /// `external_id` of the customer.
    customer: String,
    status: String,
    placed_at: Timestamp,
    total: Option<Money>,
    #[serde(default)]
    items: Vec<String>,
    carrier: Option<String>,
    expected_at: Option<Timestamp>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// Write a customer's record.
#[utoipa::path(put, path = "/v1/customers/{external_id}", tag = "facts", params(("external_id" = String, Path)),
    request_body = NewCustomer, responses((status = 200, body = Customer)))]
pub(crate) async fn put_customer(
    caller: Caller,
    Id(external_id): Id<String>,
    write: Write<NewCustomer>,
) -> Result<Json<Customer>, Problem> {
    limits::check_text("external_id", &external_id, limits::LINE_CHARS)?;
    let NewCustomer { name, tier, email, phone, locale, time_zone, customer_since, lifetime_value, attributes } = write.body;
    limits::check_text("/name", &name, limits::LINE_CHARS)?;
    let customer =
        Customer { external_id, name, tier, email, phone, locale, time_zone, customer_since, lifetime_value, attributes };
    caller.submit(Some(write.key), Input::PutCustomer { customer: customer.clone() }).await?;
    Ok(Json(customer))
}

/// Write an order.
#[utoipa::path(put, path = "/v1/orders/{reference}", tag = "facts", params(("reference" = String, Path)),
    request_body = NewOrder, responses((status = 200, body = Order)))]
pub(crate) async fn put_order(
    caller: Caller,
    Id(reference): Id<String>,
    write: Write<NewOrder>,
) -> Result<Json<Order>, Problem> {
    limits::check_text("reference", &reference, limits::LINE_CHARS)?;
    let NewOrder { customer, status, placed_at, total, items, carrier, expected_at, attributes } = write.body;
    limits::check_text("/customer", &customer, limits::LINE_CHARS)?;
    let order = Order { reference, customer, status, placed_at, total, items, carrier, expected_at, attributes };
    caller.submit(Some(write.key), Input::PutOrder { order: order.clone() }).await?;
    Ok(Json(order))
}
