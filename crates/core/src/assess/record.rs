//! A record as an expression sees it: fields by name, cheap to hand around, and nothing to walk.
//!
//! The expression language copies what a loop goes over; here that copies a pointer.

use std::{borrow::Cow, sync::Arc};

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer, Sizer},
        types::{CelInt, CelString, MAP_TYPE, Type},
        value::{CowVal, Val},
    },
};

type Field = (Cow<'static, str>, Box<dyn Val>);

/// A few fields, searched in order.
#[derive(Debug, Clone)]
pub(super) struct Record(Arc<[Field]>);

impl<K: Into<Cow<'static, str>>> FromIterator<(K, Box<dyn Val>)> for Record {
    fn from_iter<I: IntoIterator<Item = (K, Box<dyn Val>)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl Record {
    fn find(&self, name: &str) -> Option<&(dyn Val + 'static)> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| &**v)
    }
}

impl Val for Record {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }
}

impl Indexer for Record {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = index.downcast_ref::<CelString<'_>>().map_or("", |s| s.inner());
        self.find(name).map(CowVal::Borrowed).ok_or_else(|| ExecutionError::no_such_key(name))
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Container for Record {
    fn contains(&self, name: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(name.downcast_ref::<CelString<'_>>().is_some_and(|s| self.find(s.inner()).is_some()))
    }
}

impl Sizer for Record {
    fn size(&self) -> CelInt {
        CelInt::from(self.0.len() as i64)
    }
}
