//! Patterns of KEYS, SCAN, PSUBSCRIBE and CONFIG GET.
//!
//! In Redis: `stringmatchlen` (util.c).

/// Whether `text` matches `pattern`: `*`, `?`, `[a-c]`, `[^a]` and `\` before a plain character.
pub fn matches(mut pattern: &[u8], mut text: &[u8]) -> bool {
    while let Some((&first, rest)) = pattern.split_first() {
        match first {
            b'*' => {
                let rest = &rest[rest.iter().take_while(|&&c| c == b'*').count()..];
                return (0..=text.len()).any(|skip| matches(rest, &text[skip..]));
            }
            b'[' if !text.is_empty() => {
                let (hit, after) = class(rest, text[0]);
                if !hit {
                    return false;
                }
                pattern = after;
            }
            _ => {
                let (wanted, after) = match (first, rest) {
                    (b'\\', [escaped, after @ ..]) => (*escaped, after),
                    _ => (first, rest),
                };
                let any = first == b'?';
                if text.is_empty() || !any && text[0] != wanted {
                    return false;
                }
                pattern = after;
            }
        }
        text = &text[1..];
    }
    text.is_empty()
}

/// Whether `c` is in the class that follows `[`, and the pattern after its `]`.
fn class(pattern: &[u8], c: u8) -> (bool, &[u8]) {
    let (inverted, mut rest) = match pattern {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    let mut hit = false;
    loop {
        rest = match rest {
            [] => return (hit != inverted, rest),
            [b']', after @ ..] => return (hit != inverted, after),
            [b'\\', one, after @ ..] => {
                hit |= *one == c;
                after
            }
            [a, b'-', b, after @ ..] => {
                hit |= (*a.min(b)..=*a.max(b)).contains(&c);
                after
            }
            [one, after @ ..] => {
                hit |= *one == c;
                after
            }
        };
    }
}
