// The dealings of one attempt as one member sees them: parsed, opened, complained about, and who
// among the dealers is convicted. Source: docs/threshold_signing.md "Key generation", "Complaints".
#pragma once

#include <deque>

#include "actors/keygen_machine.hpp"
#include "crypto/frost_examine.hpp"

namespace quorate::actors::keygen {

/// What a dealing is worth to this member.
enum class Standing : std::uint8_t {
  unopened,  ///< In order for everybody; the own box is not yet opened.
  good,      ///< The own shares lie on the committed polynomial (always so for an observer).
  bad_box,   ///< They do not: complained about.
};

struct KnownDealing {
  messages::SignedDealing word;
  SharedBytes manifest;
  crypto::DealingRef dealing;
  Standing standing{};
};

class DealingBook {
 public:
  /// `scene` and `host` (null for an observer) outlive the book.
  DealingBook(crypto::KeygenConfig config, const messages::KeygenScene* scene,
              std::optional<MemberIndex> self, const crypto::SecretKey* host,
              const Hash256& entropy);

  [[nodiscard]] const crypto::KeygenConfig& config() const { return config_; }

  /// Begins to deal with `rand32`.
  void begin_dealing(const Hash256& rand32);
  [[nodiscard]] bool is_dealing() const { return dealing_.has_value(); }
  /// Goes on with it. @returns the own dealing's bytes when they are complete; it is entered then.
  [[nodiscard]] std::optional<SharedBytes> deal(crypto::WorkBudget& budget);
  /// A word of a dealer, with the bytes it signs. Convicts by malformed bytes and by a second word.
  /// @returns whether anything is new.
  bool add(const DealingSeen& seen);
  /// A word seen before a restart: a different one later convicts.
  void remember_word(MemberIndex dealer, const messages::SignedDealing& word);
  /// Somebody's proof that a dealer dealt twice. @returns whether it convicts a dealer not yet so.
  bool accuse(const messages::DealerEquivocation& fault);
  /// Somebody's complaint; judged once, now or when the dealing it names is here.
  void hear(MemberIndex complainer, const messages::BoxComplaint& complaint);

  /// How far an examination has come.
  enum class Checked : std::uint8_t { all_good, some_bad, unfinished };
  /// Opens every box not yet opened.
  Checked examine(crypto::WorkBudget& budget);
  /// Whether the own shares of exactly these dealings fit together. Dealers whose errors cancel
  /// each other out are found here, when one of them is left out; then their standing is bad_box.
  Checked fits(const std::vector<crypto::DealingRef>& dealings, crypto::WorkBudget& budget);

  /// The dealing of `dealer` that `hash` names, or null.
  [[nodiscard]] const KnownDealing* find(MemberIndex dealer, const Hash256& hash) const;
  /// The first dealing of a dealer in order, or null.
  [[nodiscard]] const KnownDealing* first(MemberIndex dealer) const;
  /// Whether the dealer's first dealing gave good shares and the dealer is not excluded.
  [[nodiscard]] bool counts(MemberIndex dealer) const;
  [[nodiscard]] bool is_excluded(MemberIndex dealer) const { return excluded_.contains(dealer); }
  /// Whether every dealer has shown something.
  [[nodiscard]] bool is_complete() const { return words_.size() == config_.party_count(); }

  /// Copies of the own shares from these dealings, as finish_shares wants them.
  [[nodiscard]] crypto::ReceivedShares shares_of(
      std::span<const crypto::DealingRef> dealings) const;

  [[nodiscard]] const std::vector<messages::BoxComplaint>& own_complaints() const {
    return complaints_;
  }
  [[nodiscard]] const std::vector<messages::DealerEquivocation>& equivocations() const {
    return equivocations_;
  }
  [[nodiscard]] const std::map<MemberIndex, messages::SignedDealing>& words() const {
    return words_;
  }
  /// Dealers that no content may count on, and complainers who lied.
  [[nodiscard]] const std::set<MemberIndex>& excluded() const { return excluded_; }
  [[nodiscard]] const std::set<MemberIndex>& liars() const { return liars_; }
  /// Faults found since the last call.
  [[nodiscard]] std::vector<KeygenEvidence> take_evidence();

 private:
  struct Heard {
    MemberIndex complainer;
    messages::BoxComplaint complaint;
  };
  void parse(MemberIndex dealer, const DealingSeen& seen);
  /// Groups of those that no group found good covers are examined, and halves of groups with a bad
  /// one among them.
  Checked check(const std::vector<KnownDealing*>& some, crypto::WorkBudget& budget);
  void examine_group(const std::vector<KnownDealing*>& group);
  void complain_about(const crypto::Complaint& complaint);
  void judge(const Heard& heard, const KnownDealing& known);
  void retry_heard();
  void convict_dealer(MemberIndex dealer, std::string kind, const messages::KeygenFault& fault);
  [[nodiscard]] messages::DealingFault fault(MemberIndex dealer, const KnownDealing& known) const;
  [[nodiscard]] Hash256 next_random();

  crypto::KeygenConfig config_;
  const messages::KeygenScene* scene_;
  std::optional<MemberIndex> self_;
  const crypto::SecretKey* host_;
  Hash256 entropy_;
  std::uint64_t draws_{};
  std::optional<crypto::DealingWork> dealing_;
  std::optional<crypto::OwnDealing> own_;
  std::map<MemberIndex, messages::SignedDealing> words_;      // first seen
  std::map<MemberIndex, std::vector<KnownDealing>> dealings_;  // at most two each
  std::map<Hash256, std::vector<crypto::SecretScalar>> shares_;  // by dealing
  std::vector<messages::BoxComplaint> complaints_;
  std::vector<messages::DealerEquivocation> equivocations_;
  std::map<MemberIndex, std::vector<Heard>> waiting_;  // by complainer: dealing not here yet
  std::set<std::pair<MemberIndex, Hash256>> judged_;   // (complainer, dealing)
  std::deque<std::vector<Hash256>> fitting_;  // groups of dealings that fit, ascending by dealer
  std::set<std::vector<Hash256>> unfit_;      // groups with a bad one among them
  std::set<Hash256> malformed_;  // contents that convicted by themselves
  std::set<MemberIndex> excluded_;
  std::set<MemberIndex> liars_;
  std::vector<KeygenEvidence> evidence_;
};

}  // namespace quorate::actors::keygen
