// Hands transfers to mempools as wallets would: spread over time, each account's in nonce order,
// held back while too far ahead, and remembers what became of every line. Pure: it is told the
// time, the outcomes and the accepted blocks.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "base/time.hpp"
#include "consensus/ledger.hpp"
#include "runtime/simulation/transfer_file.hpp"

namespace quorate::simulation {

struct FeederRules {
  Instant begin;
  Instant end;
  /// Nonces above the account's next one that a mempool takes.
  std::uint64_t nonce_window{25};
  /// Without an answer by then the line is offered again, to another node.
  Duration patience{seconds(5)};
  /// 0: one by one. Otherwise lines come in as many heaps.
  std::uint64_t bursts{0};
};

class Feeder {
 public:
  Feeder(std::vector<TransferLine> lines, const consensus::Genesis& genesis,
         const FeederRules& rules);

  enum class Fate : std::uint8_t { waiting, offered, admitted, accepted, final, refused };
  struct Record {
    Fate fate{};
    std::string reason;             ///< Of a refusal, in the words of the data files.
    std::optional<Instant> offered;
    std::optional<Instant> admitted;
    std::optional<Instant> accepted;
    std::optional<Instant> final_at;
    std::uint32_t node{};           ///< Where it was admitted.
  };

  /// Indices of lines that should be offered now.
  [[nodiscard]] std::vector<std::size_t> due(Instant now);
  /// When `due` may have something new.
  [[nodiscard]] std::optional<Instant> next(Instant now) const;
  void offered(std::size_t index, Instant now, std::uint32_t node);
  void on_outcome(std::size_t index, Instant now, bool admitted, Errc reason);
  /// A block with these transactions is part of node `node`'s chain, leaves it, or is final there.
  void on_accepted(Instant now, std::uint32_t node, const std::vector<Txid>& txids);
  void on_dropped(std::uint32_t node, const std::vector<Txid>& txids);
  void on_final(Instant now, std::uint32_t node, const std::vector<Txid>& txids);
  /// An account's next nonce at a node's tip grew.
  void on_nonce(const stacks::Address& account, std::uint64_t nonce);
  /// A node lost what waited in its memory: lines admitted only there are offered again.
  void on_node_lost(std::uint32_t node);

  [[nodiscard]] const std::vector<TransferLine>& lines() const { return lines_; }
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  /// Every line is final or refused.
  [[nodiscard]] bool is_settled() const { return open_ == 0; }
  [[nodiscard]] std::size_t count(Fate fate) const;
  [[nodiscard]] bool knows(const Txid& txid) const { return by_txid_.contains(txid); }

 private:
  [[nodiscard]] static bool concerns(const Record& record, std::uint32_t node);
  void refuse(std::size_t index, std::string reason);
  void settle(std::size_t index, Fate fate);
  void refuse_hopeless();
  [[nodiscard]] Instant release_of(std::size_t index) const;
  void release(std::size_t index, std::vector<std::size_t>& out);
  [[nodiscard]] bool can_fill_gap(const stacks::Transaction& tx) const;
  [[nodiscard]] bool may_become_rich(const stacks::Transaction& tx) const;

  std::vector<TransferLine> lines_;
  FeederRules rules_;
  std::vector<Record> records_;
  std::size_t released_{};
  std::size_t open_{};
  std::map<Txid, std::vector<std::size_t>> by_txid_;  ///< Lines with the same bytes, in file order.
  std::map<stacks::Address, std::uint64_t> nonces_;
  /// Released lines that wait for their account, by account and nonce.
  std::map<stacks::Address, std::multimap<std::uint64_t, std::size_t>> held_;
  /// Lines per account and nonce that are not refused.
  std::map<stacks::Address, std::map<std::uint64_t, std::size_t>> live_;
  std::map<stacks::Address, U128> most_ever_;  ///< Opening balance and all credits of the file.
  /// Refused for want of funds that may still come.
  std::set<std::size_t> doubted_;
  std::deque<std::size_t> again_;
  std::map<std::size_t, Instant> unanswered_;
};

}  // namespace quorate::simulation
