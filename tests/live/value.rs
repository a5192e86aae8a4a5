//! An answer as a tree.

/// A value; a number is its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Value {
    /// A string, a status, an error, a number or nothing, with the mark of its kind.
    Text(char, String),
    /// An array or a set, with the mark of its kind.
    List(char, Vec<Value>),
    /// A map of RESP3.
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// Reads one whole answer.
    pub(crate) fn read(bytes: &[u8]) -> Value {
        let mut rest = bytes;
        let value = take(&mut rest);
        assert!(rest.is_empty(), "there is more than one answer");
        value
    }
    /// Its text.
    pub(crate) fn text(&self) -> &str {
        match self {
            Value::Text(_, text) => text,
            _ => panic!("no text: {self:?}"),
        }
    }
    /// Its members.
    pub(crate) fn items(&self) -> &[Value] {
        match self {
            Value::List(_, items) => items,
            _ => panic!("no list: {self:?}"),
        }
    }
    /// Its pairs.
    pub(crate) fn pairs(&self) -> &[(Value, Value)] {
        match self {
            Value::Map(pairs) => pairs,
            _ => panic!("no map: {self:?}"),
        }
    }
    /// What it has under a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.pairs().iter().find(|(key, _)| key.text() == name).map(|(_, value)| value)
    }
}

fn take(rest: &mut &[u8]) -> Value {
    let end = rest.windows(2).position(|two| two == b"\r\n").expect("a line ends");
    let (mark, line) = (char::from(rest[0]), String::from_utf8_lossy(&rest[1..end]).into_owned());
    *rest = &rest[end + 2..];
    let count: usize = line.parse().unwrap_or(0);
    match mark {
        '$' | '=' if line != "-1" => {
            let text = String::from_utf8_lossy(&rest[..count]).into_owned();
            *rest = &rest[count + 2..];
            Value::Text(mark, text)
        }
        '*' | '~' | '>' if line != "-1" => {
            Value::List(mark, (0..count).map(|_| take(rest)).collect())
        }
        '%' => Value::Map((0..count).map(|_| (take(rest), take(rest))).collect()),
        _ => Value::Text(mark, line),
    }
}
