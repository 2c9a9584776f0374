// The one durable thing a role sees: small keyed records, written in atomic batches that are on
// disk when `commit` returns. Machines order them (`Persist`), shells perform them.
#pragma once

#include <functional>

#include "base/codec.hpp"

namespace quorate::storage {

/// One table per kind of promise; numbers are part of the on-disk format.
enum class Table : std::uint8_t {
  election = 1,    ///< Epochs, grants.
  agreement = 2,   ///< Views, prepares, locks.
  keygen = 3,      ///< Dealing seeds, confirmations, finished shares.
  nonce_log = 4,   ///< Answered signing sessions.
  versions = 5,    ///< Last version written per own chunk.
  chunks = 6,      ///< Stacker DB replica contents.
  evidence = 7,    ///< First two chunks of an equivocation.
  blocks = 8,      ///< Accepted sealed blocks, by height then id.
  burn_blocks = 9, ///< Bitcoin blocks as received.
  keys = 10,       ///< Group key certificates.
  announcer = 11,  ///< Counter of the announcements begun.
};
constexpr bool is_valid(Table t) {
  return static_cast<std::uint8_t>(t) >= 1 && static_cast<std::uint8_t>(t) <= 11;
}

struct RecordWrite {
  Table table{};
  Bytes key;
  /// Absent = erase.
  std::optional<Bytes> value;
  bool operator==(const RecordWrite&) const = default;
};

class RecordStore {
 public:
  virtual ~RecordStore() = default;
  /// All or nothing, durable on success. @returns store_full, store_read_only, store_failed.
  virtual Result<> commit(std::span<const RecordWrite> writes) = 0;
  /// @returns the value, nullopt when absent, or store_failed / store_corrupt.
  [[nodiscard]] virtual Result<std::optional<Bytes>> get(Table table, ByteView key) const = 0;
  /// Calls `visit` for every record of the table in ascending key order; stops when it returns
  /// false.
  virtual Result<> scan(Table table,
                        const std::function<bool(ByteView key, ByteView value)>& visit) const = 0;
  /// Erases the records of a table whose bytes are not those that were written: for tables whose
  /// contents others have as well, never for promises. @returns how many.
  virtual Result<std::uint64_t> drop_damaged(Table) { return std::uint64_t{0}; }
};

}  // namespace quorate::storage
