// One node's whole record store in one file, for people who look into it: what had this node
// promised when that run failed? There is deliberately no way back into a store: an old copy has
// forgotten which nonces it answered with, and would answer once more. Source: house rule
// (docs/operating.md "Looking into a store").
//
//   0   8   magic "quorateS"
//   8   4   schema version, big-endian
//   12  32  SHA-256 of what follows
//   44  …   a portable binary archive of the cereal library, little-endian: name of the node, then
//           the records: table, key, value
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/record_store.hpp"

namespace quorate::storage {

inline constexpr std::uint32_t snapshot_schema = 1;
/// Of a whole file; larger ones are not read.
inline constexpr std::size_t max_snapshot_bytes = std::size_t{1} << 30;

struct SnapshotRecord {
  Table table{};
  Bytes key;
  Bytes value;
  bool operator==(const SnapshotRecord&) const = default;
};

struct Snapshot {
  /// Whose store it was.
  std::string node;
  /// Ascending by table and key, each once.
  std::vector<SnapshotRecord> records;
  bool operator==(const Snapshot&) const = default;
};

/// As the enumeration has it: "nonce_log".
[[nodiscard]] std::string_view name_of(Table table);

/// Everything the store holds now. @returns store_failed, store_corrupt.
[[nodiscard]] Result<Snapshot> take_snapshot(const RecordStore& store, std::string node);

[[nodiscard]] Bytes encode_snapshot(const Snapshot& snapshot);
/// The header that belongs to a content, and the content; for tests.
[[nodiscard]] Bytes with_snapshot_header(ByteView content);
/// The snapshot whose encoding is exactly `file`. Allocates in proportion to the file, whatever
/// lengths it claims. @returns truncated, store_foreign (magic), store_schema_unknown,
/// store_corrupt (digest, order), bad_flag (byte order), bad_enum (table), trailing_bytes,
/// length_out_of_bounds.
[[nodiscard]] Result<Snapshot> decode_snapshot(ByteView file);

/// Readable by the owner only. @returns cannot_write_file.
[[nodiscard]] Result<> write_snapshot(const std::string& path, const Snapshot& snapshot);
/// @returns cannot_read_file, or what `decode_snapshot` says.
[[nodiscard]] Result<Snapshot> read_snapshot(const std::string& path);

}  // namespace quorate::storage
