// The operation that writes a Stacks block down on Bitcoin: a transaction whose first two inputs
// are spends of the two group keys. Source: SIP "State Snapshots" (an empty heading), Gap:
// docs/spec_gaps.md "Announcement".
#pragma once

#include "bitcoin/payload.hpp"

namespace quorate::bitcoin {

/// Payload of 79 bytes, big-endian:
///
///     0      2  3     7             39            71       79
///     |------|--|-----|-------------|-------------|--------|
///      magic  op term    block id     state root    height
///             s
struct Announcement {
  static constexpr std::uint8_t opcode = 's';
  static constexpr std::size_t body_size = 76;

  TermNumber term;
  BlockId block;
  /// State after that block.
  StateRoot state_root;
  BlockHeight height;

  bool operator==(const Announcement&) const = default;

  /// Everything behind magic and op. A term above 2^32 − 1 is a bug.
  [[nodiscard]] Bytes body() const;
  /// @returns operation_wrong_length.
  [[nodiscard]] static Result<Announcement> from_body(ByteView body);
};

}  // namespace quorate::bitcoin
