// What a snapshot of a node's store says, for people: its tables with counts, and the promises in
// them in words. Nothing secret is shown: of key generation's records and of everything that cannot
// be read there are sizes only. Source: docs/operating.md "Looking into a store".
#pragma once

#include "storage/snapshot.hpp"

namespace quorate::runtime {

/// One JSON object: `node`, `schema`, `records`, `bytes`, `tables`, `entries`.
[[nodiscard]] std::string store_as_json(const storage::Snapshot& snapshot);
/// The same as lines.
[[nodiscard]] std::string store_as_text(const storage::Snapshot& snapshot);

}  // namespace quorate::runtime
