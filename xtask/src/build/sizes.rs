//! What the page weighs, raw and as a web server sends it.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::files;

/// Prints a table of all files under `folder`, in bytes.
pub(super) fn print(folder: &Path) -> Result<()> {
    let (mut raw_sum, mut gzip_sum) = (0, 0);
    println!("{:>12} {:>12}  file", "bytes", "gzip -9");
    for file in files::under(folder)? {
        let bytes = fs::read(folder.join(&file))?;
        let gzip = gzip(&bytes)?;
        println!("{:>12} {gzip:>12}  {}", bytes.len(), file.display());
        raw_sum += bytes.len();
        gzip_sum += gzip;
    }
    println!("{raw_sum:>12} {gzip_sum:>12}  all of it");
    Ok(())
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
