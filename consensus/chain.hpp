// One node's view of both chains as a pure state: Bitcoin's tree as far as it can still change, the
// tree of accepted Stacks blocks, and what follows from them (terms, sets, announcements, finality,
// the place of the next block). No clock, no disk, no keys.
// Source: SIP "Specification"; docs/protocol.md "Chain". Gap: docs/spec_gaps.md "Announcement",
// "Dropped blocks", "Bitcoin reorganisations".
//
// Everything is a function of the Bitcoin blocks and sealed blocks given to it, whatever the order
// in which they came: what cannot be judged yet is parked (`is_parked`) and nothing that depends on
// it is evaluated. A node syncing from genesis gives it Bitcoin blocks and sealed blocks and
// nothing else.
#pragma once

#include "bitcoin/burn_block.hpp"
#include "consensus/block_tree.hpp"
#include "consensus/chain_events.hpp"
#include "consensus/coinbase.hpp"

namespace quorate::consensus {

/// Whether a refusal means "not yet": the same input may be accepted later.
[[nodiscard]] bool is_parked(Errc code);

/// A node's opinion of a block.
struct Verdict {
  enum class Kind : std::uint8_t { valid, refused, parked };
  Kind kind{};
  Error reason;   ///< Unless valid.
  MicroStx fees;  ///< If valid: fees of its transactions.
  Cost cost;      ///< If valid: what it adds to the term's cost.
};

/// What a producer asks for. Certificates, rejection, parent seal and dropped tip are added by the
/// chain from what it knows.
struct BuildInput {
  BlockId parent;
  std::uint32_t attempt{};
  BurnView burn_view;
  std::uint64_t timestamp_ms{};
  /// SIP-005 encodings in preferred order; what cannot be applied is left out.
  std::vector<ByteView> transactions;
};
struct SkippedTransaction {
  std::size_t index{};  ///< In `BuildInput::transactions`.
  Error reason;
};
struct BuildOutput {
  Block block;
  MicroStx fees;
  std::vector<SkippedTransaction> skipped;
};

/// How certain a block is. Source: SIP "State Snapshots" (empty heading).
enum class FinalityLevel : std::uint8_t { unknown, off_chain, accepted, announced, final };
struct Finality {
  FinalityLevel level{};
  std::optional<BurnHeight> announced_at;
  std::uint64_t confirmations{};
};

struct ChainState;

class Chain {
 public:
  /// @returns a refusal of `validate(params)` or of the genesis.
  static Result<Chain> create(const Params& params, const Genesis& genesis,
                              const CoinbaseSchedule& schedule = CoinbaseSchedule::launch());
  Chain(Chain&&) noexcept;
  Chain& operator=(Chain&&) noexcept;
  ~Chain();

  // Inputs. A refusal leaves everything as it was.

  /// The first block given must be at `Params::first_burn_height`; every other must follow a known
  /// one. A known block is accepted again silently. @returns burn_block_orphan,
  /// burn_block_below_final or what `bitcoin::check` says.
  Result<ChainEvents> add_burn_block(const bitcoin::BurnBlock& block);
  /// Verifies everything, both group seals included. Known blocks are accepted again silently.
  /// @returns what `try_block` refuses or parks, a refusal of the seal, or rival_sealed_block.
  Result<ChainEvents> accept(const SealedBlock& block);
  /// A certificate decided locally or heard of. @returns set_unknown (parked) or its refusal.
  Result<ChainEvents> learn_key(const KeyCertificate& certificate);
  /// @returns set_unknown (parked), rejection_mismatch or a refusal of the certificate.
  Result<ChainEvents> learn_rejection(const VoteCertificate& certificate);

  // Judging and making blocks. Neither changes anything that can be observed.

  [[nodiscard]] Verdict try_block(const Block& block, Instant now);
  /// @returns parent_unknown, burn_view_unknown, keys_missing, rejection_missing, or why no block
  /// can stand there.
  [[nodiscard]] Result<BuildOutput> build(const BuildInput& input);
  /// Whether the block names the longest dropped tail known here (always true if it starts no
  /// replay).
  [[nodiscard]] bool names_longest_tail(const Block& block) const;

  // Bitcoin.

  [[nodiscard]] const Params& params() const;
  [[nodiscard]] std::optional<BurnView> burn_tip() const;
  [[nodiscard]] std::optional<BurnView> burn_view_at(BurnHeight canonical_height) const;
  [[nodiscard]] bool knows_burn(const BurnHash& hash) const;
  /// Own canonical chain, tip first, thinning out exponentially.
  [[nodiscard]] std::vector<BurnHash> burn_locator(std::size_t max = 32) const;
  /// Nullopt: not decided here yet, or nothing announced (then `Chain::genesis_id` counts).
  [[nodiscard]] std::optional<CountedAnnouncement> last_announced(
      BurnHeight canonical_height) const;

  // Sets and keys of the canonical chain, while they are kept.

  [[nodiscard]] TermContextPtr term_context(TermNumber term) const;
  [[nodiscard]] ProducerPlanPtr producers(TermNumber term) const;
  [[nodiscard]] StackerPlanPtr stackers(CycleNumber cycle) const;
  [[nodiscard]] std::shared_ptr<const KeyCertificate> key(GroupKind kind,
                                                          std::uint64_t generation) const;

  // Blocks.

  [[nodiscard]] BlockId genesis_id() const;
  /// Highest block of the canonical chain; genesis before the first.
  [[nodiscard]] BlockId tip() const;
  [[nodiscard]] BlockHeight tip_height() const;
  [[nodiscard]] const Position& position() const;
  [[nodiscard]] bool knows(const BlockId& id) const;
  [[nodiscard]] const BlockHeader* header(const BlockId& id) const;
  /// Null when unknown or released.
  [[nodiscard]] std::shared_ptr<const SealedBlock> block(const BlockId& id) const;
  [[nodiscard]] std::optional<BlockId> canonical_at(BlockHeight height) const;
  [[nodiscard]] Finality finality(const BlockId& id) const;
  /// Highest final block; genesis before the first.
  [[nodiscard]] BlockId last_final() const;
  [[nodiscard]] std::vector<TransactionOutcome> outcomes(const BlockId& id) const;

  /// Own canonical chain, tip first, thinning out exponentially, then the highest tips beside it;
  /// for `blocks_after` of a peer.
  [[nodiscard]] std::vector<BlockId> locator(std::size_t max = 32) const;
  /// What someone with this locator lacks, in an order in which it can accept them: canonical
  /// blocks above the highest one both know, each after everything it builds on and drops.
  [[nodiscard]] std::vector<BlockId> blocks_after(const std::vector<BlockId>& locator,
                                                  std::size_t max_count) const;
  /// The keeper has stored the block durably: its bytes may go once it is final.
  void release(const BlockId& id);

  // Money.

  [[nodiscard]] const Ledger& ledger() const;  ///< At the tip.
  /// Null when unknown or below what is kept.
  [[nodiscard]] const Ledger* ledger_at(const BlockId& id) const;
  /// How the fees of a canonical block were split; null until its child is accepted.
  [[nodiscard]] std::shared_ptr<const RewardStatement> fee_statement(const BlockId& id) const;
  /// How the purse of a term was split by its first canonical block; null if it was not.
  [[nodiscard]] std::shared_ptr<const RewardStatement> coinbase_statement(TermNumber term) const;

 private:
  explicit Chain(std::unique_ptr<ChainState> state);
  std::unique_ptr<ChainState> state_;
};

}  // namespace quorate::consensus
