//! From a JSON document to a customer and orders, by JSON pointers (RFC 6901).
//!
//! A pointer that finds nothing leaves its field empty; one that finds the wrong type is an error that names the pointer.
//! Only the customer's name and an order's reference and status are required.

use std::collections::BTreeMap;

use baton_model::{Customer, Money, Order, Tier, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// Where each field of a customer is. Empty: not there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CustomerPointers {
    pub name: String,
    pub tier: String,
    /// The owner's words for `plus` and `vip`; any other word is `standard`.
    pub tier_names: BTreeMap<String, Tier>,
    pub email: String,
    pub phone: String,
    pub locale: String,
    pub time_zone: String,
    pub customer_since: String,
    /// Minor units.
    pub lifetime_value: String,
    pub currency: String,
    /// Shown as text under these names.
    pub attributes: BTreeMap<String, String>,
}

impl Default for CustomerPointers {
    fn default() -> Self {
        Self {
            name: "/name".into(),
            tier: "/tier".into(),
            tier_names: BTreeMap::new(),
            email: "/email".into(),
            phone: "/phone".into(),
            locale: "/locale".into(),
            time_zone: "/time_zone".into(),
            customer_since: "/customer_since".into(),
            lifetime_value: "/lifetime_value".into(),
            currency: "/currency".into(),
            attributes: BTreeMap::new(),
        }
    }
}

/// Where orders are: an array in the document, and each field inside one of its elements.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrderPointers {
    pub array: String,
    pub reference: String,
    pub status: String,
    pub placed_at: String,
    /// Minor units.
    pub total: String,
    pub currency: String,
    /// An array of texts, or of objects with a name at `item_name`.
    pub items: String,
    pub item_name: String,
    pub carrier: String,
    pub expected_at: String,
    pub attributes: BTreeMap<String, String>,
}

impl Default for OrderPointers {
    fn default() -> Self {
        Self {
            array: "/orders".into(),
            reference: "/reference".into(),
            status: "/status".into(),
            placed_at: "/placed_at".into(),
            total: "/total".into(),
            currency: "/currency".into(),
            items: "/items".into(),
            item_name: "/name".into(),
            carrier: "/carrier".into(),
            expected_at: "/expected_at".into(),
            attributes: BTreeMap::new(),
        }
    }
}

/// What is wrong, and at which pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{at}` {problem}")]
pub(crate) struct BadField {
    pub(crate) at: String,
    pub(crate) problem: &'static str,
}

fn bad(at: &str, problem: &'static str) -> BadField {
    BadField { at: at.to_owned(), problem }
}

/// Characters of one text field.
const TEXT: usize = 500;
/// Orders of one customer.
const ORDERS: usize = 50;

impl CustomerPointers {
    pub(crate) fn read(&self, doc: &Value, external_id: &str) -> Result<Customer, BadField> {
        let tier = text(doc, &self.tier)?.unwrap_or_default().to_lowercase();
        let named = self.tier_names.iter().find(|(name, _)| name.to_lowercase() == tier).map(|(_, tier)| *tier);
        let tier = named.unwrap_or(match tier.as_str() {
            "vip" => Tier::Vip,
            "plus" => Tier::Plus,
            _ => Tier::Standard,
        });
        Ok(Customer {
            external_id: external_id.to_owned(),
            name: text(doc, &self.name)?.ok_or_else(|| bad(&self.name, "is missing; a customer needs a name"))?,
            tier,
            email: text(doc, &self.email)?,
            phone: text(doc, &self.phone)?,
            locale: text(doc, &self.locale)?,
            time_zone: text(doc, &self.time_zone)?,
            customer_since: text(doc, &self.customer_since)?,
            lifetime_value: money(doc, &self.lifetime_value, &self.currency)?,
            attributes: attributes(doc, &self.attributes)?,
        })
    }

    pub(crate) fn all(&self) -> Vec<&str> {
        let fixed = [
            &self.name,
            &self.tier,
            &self.email,
            &self.phone,
            &self.locale,
            &self.time_zone,
            &self.customer_since,
            &self.lifetime_value,
            &self.currency,
        ];
        fixed.into_iter().chain(self.attributes.values()).map(String::as_str).collect()
    }
}

impl OrderPointers {
    pub(crate) fn read(&self, doc: &Value, external_id: &str) -> Result<Vec<Order>, BadField> {
        let rows = match doc.pointer(&self.array) {
            None | Some(Value::Null) => return Ok(vec![]),
            Some(Value::Array(rows)) => rows,
            Some(_) => return Err(bad(&self.array, "is not an array")),
        };
        rows.iter().take(ORDERS).map(|row| self.one(row, external_id)).collect()
    }

    fn one(&self, row: &Value, external_id: &str) -> Result<Order, BadField> {
        let required = |p: &String| text(row, p)?.ok_or_else(|| bad(p, "is missing in an order"));
        Ok(Order {
            reference: required(&self.reference)?,
            customer: external_id.to_owned(),
            status: required(&self.status)?,
            placed_at: time(row, &self.placed_at)?.unwrap_or_default(),
            total: money(row, &self.total, &self.currency)?,
            items: self.items(row)?,
            carrier: text(row, &self.carrier)?,
            expected_at: time(row, &self.expected_at)?,
            attributes: attributes(row, &self.attributes)?,
        })
    }

    fn items(&self, row: &Value) -> Result<Vec<String>, BadField> {
        match row.pointer(&self.items).filter(|_| !self.items.is_empty()) {
            None | Some(Value::Null) => Ok(vec![]),
            Some(Value::Array(items)) => {
                let name = |item: &Value| if item.is_object() { text(item, &self.item_name) } else { text(item, "") };
                Ok(items.iter().take(ORDERS).map(name).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            Some(_) => Err(bad(&self.items, "is not an array")),
        }
    }

    pub(crate) fn all(&self) -> Vec<&str> {
        let fixed = [
            &self.array,
            &self.reference,
            &self.status,
            &self.placed_at,
            &self.total,
            &self.currency,
            &self.items,
            &self.item_name,
            &self.carrier,
            &self.expected_at,
        ];
        fixed.into_iter().chain(self.attributes.values()).map(String::as_str).collect()
    }
}

/// An empty pointer is the whole value only for texts inside arrays; `text` is told so by an empty string on a scalar.
fn text(doc: &Value, pointer: &str) -> Result<Option<String>, BadField> {
    if pointer.is_empty() && (doc.is_object() || doc.is_array()) {
        return Ok(None);
    }
    let value = match doc.pointer(pointer) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(s)) => s.clone(),
        Some(Value::Number(n)) => n.to_string(),
        Some(Value::Bool(b)) => b.to_string(),
        Some(_) => return Err(bad(pointer, "is not a text")),
    };
    let clean: String = value.chars().filter(|c| !c.is_control()).take(TEXT).collect();
    Ok(Some(clean).filter(|c| !c.trim().is_empty()))
}

fn time(doc: &Value, pointer: &str) -> Result<Option<Timestamp>, BadField> {
    let Some(word) = text(doc, pointer)? else { return Ok(None) };
    let parsed = serde_json::from_value::<Timestamp>(Value::String(word.clone()))
        .or_else(|_| serde_json::from_value(Value::String(format!("{word}T00:00:00Z"))));
    parsed.map(Some).map_err(|_| bad(pointer, "is not an RFC 3339 time or date"))
}

fn money(doc: &Value, amount: &str, currency: &str) -> Result<Option<Money>, BadField> {
    if amount.is_empty() {
        return Ok(None);
    }
    let minor = match doc.pointer(amount) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_i64().ok_or_else(|| bad(amount, "is not a whole number of minor units (cents)"))?,
    };
    let currency = text(doc, currency)?.ok_or_else(|| bad(currency, "is missing; an amount needs a currency"))?;
    Ok(Some(Money { minor, currency }))
}

fn attributes(doc: &Value, wanted: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, BadField> {
    let mut out = BTreeMap::new();
    for (name, pointer) in wanted {
        if let Some(value) = text(doc, pointer)? {
            out.insert(name.clone(), value);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_is_there_and_leaves_the_rest_empty() {
        let doc = json!({ "data": { "full": "Ada Example", "level": "Gold", "points": 12 } });
        let pointers = CustomerPointers {
            name: "/data/full".into(),
            tier: "/data/level".into(),
            tier_names: [("gold".into(), Tier::Vip)].into(),
            attributes: [("points".into(), "/data/points".into())].into(),
            ..CustomerPointers::default()
        };
        let customer = pointers.read(&doc, "c1").unwrap();
        assert_eq!((customer.name.as_str(), customer.tier), ("Ada Example", Tier::Vip));
        assert_eq!(customer.attributes["points"], "12");
        assert_eq!(customer.email, None);
    }

    #[test]
    fn errors_name_the_pointer() {
        let customer = CustomerPointers::default();
        assert_eq!(customer.read(&json!({}), "c").unwrap_err().to_string(), "`/name` is missing; a customer needs a name");
        assert_eq!(customer.read(&json!({ "name": [1] }), "c").unwrap_err().at, "/name");
        assert_eq!(customer.read(&json!({ "name": "A", "lifetime_value": 1.5 }), "c").unwrap_err().at, "/lifetime_value");
        let orders = OrderPointers::default();
        assert_eq!(orders.read(&json!({ "orders": {} }), "c").unwrap_err().at, "/orders");
        let row = |extra: Value| {
            let mut row = json!({ "reference": "A-1", "status": "sent" });
            row.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            orders.read(&json!({ "orders": [row] }), "c")
        };
        assert_eq!(row(json!({ "placed_at": "soon" })).unwrap_err().at, "/placed_at");
        assert_eq!(row(json!({ "total": 100 })).unwrap_err().at, "/currency");
        let order = row(json!({ "placed_at": "2026-03-01", "items": ["Bag", { "name": "Hat" }] })).unwrap().remove(0);
        assert_eq!(order.items, ["Bag", "Hat"]);
        assert_eq!(order.placed_at.to_string(), "2026-03-01T00:00:00.000Z");
        assert!(orders.read(&json!({}), "c").unwrap().is_empty());
    }
}
