// Transactions that wait for a block: which are let in, which leave first, which go into a
// candidate. Source: SIP "Producer Signing Protocol" (candidates compete by total fees); admission
// rules as in stacks-core; Gap: docs/spec_gaps.md "Mempool".
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>

#include "base/time.hpp"
#include "stacks/transaction.hpp"

namespace quorate::consensus {

struct MempoolRules {
  stacks::Network network{stacks::Network::testnet};
  std::uint32_t chain_id{stacks::testnet_chain_id};
  /// Smallest fee in microSTX per encoded byte.
  std::uint64_t min_fee_rate{1};
  /// Nonces that may wait lie up to this many, and one, above the account's next one.
  std::uint64_t nonce_window{25};
  /// 256 Bitcoin blocks.
  Duration max_age{seconds(256 * 600)};
  std::size_t max_count{20'000};
  std::size_t max_bytes{8'000'000};
  /// Accepted transactions that are remembered, so that a repeated one is called a duplicate.
  std::size_t max_remembered{50'000};
};

/// What the mempool asks about an account, at the tip.
struct AccountState {
  MicroStx spendable;
  std::uint64_t nonce{};
};
using AccountLookup = std::function<AccountState(const stacks::Address&)>;

struct PooledTransaction {
  Txid id;
  stacks::Transaction tx;
  SharedBytes encoding;
  Instant since;
};

/// How a transaction was let in.
enum class Admission : std::uint8_t {
  added,
  replaced,  ///< It pays more than the waiting one of the same account and nonce.
  known,     ///< It is waiting already; nothing changed.
};

struct SelectionLimits {
  std::size_t max_bytes{1'900'000};
  std::size_t max_count{20'000};
};

/// Who goes first: the higher fee, then the smaller txid.
struct FeeRank {
  std::uint64_t fee{};
  Txid id;
  bool operator<(const FeeRank& other) const {
    return fee != other.fee ? fee > other.fee : id < other.id;
  }
};

class Mempool {
 public:
  explicit Mempool(const MempoolRules& rules) : rules_(rules) {}

  /// @returns not_a_transfer, wrong_network, amount_zero, self_transfer, bad_signature, duplicate
  /// (already accepted), fee_too_low, bad_nonce (below the account's), too_much_chaining,
  /// not_enough_funds, conflicting_nonce (replacement without a higher fee) or mempool_full.
  Result<Admission> admit(Instant now, const stacks::Transaction& tx, const AccountLookup& lookup);

  /// Transactions for a block: nonce order within an account, otherwise the highest fee first,
  /// equal fees by txid; each account only as far as it can pay from what it has now.
  [[nodiscard]] std::vector<PooledTransaction> select(const SelectionLimits& limits,
                                                      const AccountLookup& lookup) const;

  /// A block was accepted: its transactions leave, and what their accounts can never use again.
  void on_accepted(std::span<const stacks::Transaction> accepted, const AccountLookup& lookup);
  /// A block was dropped: its transactions wait again, as if they had just come. @returns how many.
  std::size_t readmit(Instant now, std::span<const stacks::Transaction> dropped,
                      const AccountLookup& lookup);
  /// Forgets what is older than `max_age`.
  void expire(Instant now);

  [[nodiscard]] const PooledTransaction* find(const Txid& id) const;
  [[nodiscard]] bool was_accepted(const Txid& id) const { return accepted_.contains(id); }
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Of all waiting transactions.
  [[nodiscard]] MicroStx fees() const { return fees_; }
  /// Ids of all waiting transactions, ascending.
  [[nodiscard]] std::vector<Txid> ids() const;

 private:
  using Chain = std::map<std::uint64_t, Txid>;  ///< One account's transactions by nonce.

  [[nodiscard]] Result<> check_form(const stacks::Transaction& tx) const;
  [[nodiscard]] Result<> check_account(const stacks::Transaction& tx, std::size_t size,
                                       const AccountState& account) const;
  [[nodiscard]] const PooledTransaction* waiting(const stacks::Address& origin,
                                                 std::uint64_t nonce) const;
  Result<> make_room(const stacks::Transaction& tx, std::size_t size);
  void insert(PooledTransaction entry);
  void erase(const Txid& id);
  void erase_from(const stacks::Address& origin, std::uint64_t nonce);
  void erase_below(const stacks::Address& origin, std::uint64_t nonce);
  void remember(const Txid& id);
  void forget(const Txid& id);

  MempoolRules rules_;
  std::map<Txid, PooledTransaction> by_id_;
  std::map<stacks::Address, Chain> by_account_;
  std::set<FeeRank> by_fee_;
  std::size_t bytes_{};
  MicroStx fees_;
  /// Remembered ids and the order in which they were accepted.
  std::map<Txid, std::uint64_t> accepted_;
  std::map<std::uint64_t, Txid> accepted_order_;
  std::uint64_t accepted_count_{};
};

}  // namespace quorate::consensus
