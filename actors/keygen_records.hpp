// What key generation keeps on disk: the attempt, each attempt's randomness (so that a crash deals
// the same bytes again), what was confirmed, and the finished key. Keys: prefix 32 ‖ kind 1 ‖
// attempt 4.
#pragma once

#include "actors/keygen_machine.hpp"

namespace quorate::actors::keygen {

enum class RecordKind : std::uint8_t { attempt = 1, seed = 2, progress = 3, result = 4 };
constexpr bool is_valid(RecordKind k) {
  return static_cast<std::uint8_t>(k) >= 1 && static_cast<std::uint8_t>(k) <= 4;
}

/// Which attempt is under way and from which burn height its deadlines count.
struct AttemptRecord {
  std::uint32_t attempt{};
  BurnHeight start;
  static constexpr auto wire_fields() {
    return std::make_tuple(&AttemptRecord::attempt, &AttemptRecord::start);
  }
};

/// A dealer's signed word as this member saw it first.
struct SeenWord {
  MemberIndex dealer;
  messages::SignedDealing word;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SeenWord::dealer, &SeenWord::word);
  }
};

/// The state as published last, and what it takes to prove an equivocation after a restart.
struct ProgressRecord {
  messages::KeygenState state;
  List<SeenWord, 4000> seen;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ProgressRecord::state, &ProgressRecord::seen);
  }
};

/// The decided key; shares once this member has them (crypto/sealed_shares.hpp).
struct ResultRecord {
  consensus::KeyCertificate certificate;
  List<crypto::PublicKey, crypto::max_key_ids> public_shares;
  Blob<crypto::max_key_ids * 32 + 64> sealed;
  static constexpr auto wire_fields() {
    return std::make_tuple(&ResultRecord::certificate, &ResultRecord::public_shares,
                           &ResultRecord::sealed);
  }
};

/// Everything read back.
struct Stored {
  AttemptRecord attempt;
  std::map<std::uint32_t, Hash256> seeds;
  std::optional<ProgressRecord> progress;
  std::optional<ResultRecord> result;
};

[[nodiscard]] Bytes record_key(const Bytes& prefix, RecordKind kind, std::uint32_t attempt);
template <class T>
[[nodiscard]] storage::RecordWrite record(const Bytes& prefix, RecordKind kind,
                                          std::uint32_t attempt, const T& value) {
  return {storage::Table::keygen, record_key(prefix, kind, attempt), encode(value)};
}

/// @returns keygen_bad_record.
[[nodiscard]] Result<Stored> read_records(std::span<const StoredRecord> records,
                                          const AttemptRecord& first);

}  // namespace quorate::actors::keygen
