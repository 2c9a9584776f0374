// The inside of `Chain`: what is kept, and the steps that keep it consistent. Split by concern:
//   chain_evaluation.cpp  what Bitcoin blocks mean once their announcements are decided
//   chain_canonical.cpp   the canonical branch of both chains and the events it brings
//   chain_blocks.cpp      judging and accepting blocks; certificates
//   chain_building.cpp    making blocks
//   chain_witness.cpp     sealed blocks on Bitcoin blocks that are unknown here
//   chain_pruning.cpp     finality and what is forgotten behind it
//   chain_catching_up.cpp what a peer lacks
#pragma once

#include <deque>

#include "consensus/announcement_rules.hpp"
#include "consensus/block_rules.hpp"
#include "consensus/chain.hpp"

namespace quorate::consensus {

/// A generation of one group under one set; the set differs between Bitcoin branches.
struct GenerationKey {
  GroupKind kind{};
  std::uint64_t generation{};
  auto operator<=>(const GenerationKey&) const = default;
};

/// Results of checked blocks, so that trying, accepting and making a block does the work once.
/// Everything remembered is a function of the block's own history and holds while its Bitcoin block
/// is known.
class CheckMemory {
 public:
  static constexpr std::size_t max_entries = 128;
  [[nodiscard]] const Result<CheckedBlock>* find(const BlockId& id) const;
  void remember(const BlockId& id, Result<CheckedBlock> result);

 private:
  std::unordered_map<BlockId, Result<CheckedBlock>> entries_;  // never iterated
  std::deque<BlockId> order_;
};

struct ChainState {
  ChainState(const Params& p, const Genesis& g, const CoinbaseSchedule& s, Ledger ledger);

  // Inputs; see `Chain`.
  Result<ChainEvents> add_burn_block(const bitcoin::BurnBlock& block);
  Result<ChainEvents> accept(const SealedBlock& block);
  Result<ChainEvents> learn_key(const KeyCertificate& certificate);
  Result<ChainEvents> learn_rejection(const VoteCertificate& certificate);
  Verdict try_block(const Block& block, Instant now);
  Result<BuildOutput> build(const BuildInput& input);

  [[nodiscard]] ExecutionRules rules() const { return {params, schedule, burn}; }

  // chain_evaluation.cpp
  /// Evaluates `node` and everything above it as far as announcements can be decided.
  void evaluate_from(BurnNode& node);
  /// Goes on wherever something was undecided.
  void evaluate_undecided();
  [[nodiscard]] std::shared_ptr<const BurnEvaluation> evaluate(BurnNode& node) const;
  /// @returns false when an announcement is undecided.
  [[nodiscard]] bool judge_operations(BurnNode& node, BurnEvaluation& out) const;
  [[nodiscard]] Result<CountedAnnouncement> judge(BurnNode& node, const BurnEvaluation& so_far,
                                                  const bitcoin::MinedOperation& mined,
                                                  const bitcoin::Announcement& op) const;
  [[nodiscard]] TermContextPtr next_context(BurnNode& node, const BurnEvaluation& done) const;
  [[nodiscard]] ProducerPlanPtr plan_producers(BurnNode& eve, const BurnEvaluation& done,
                                               TermNumber term) const;
  [[nodiscard]] StackerPlanPtr plan_stackers(const BurnEvaluation& done, CycleNumber cycle) const;
  void remember_plans(const TermContext& context);

  // chain_canonical.cpp
  /// Brings the canonical view up to date and tells what changed.
  void refresh(ChainEvents& events);
  void advance_frontier(ChainEvents& events);
  void tell_plans(ChainEvents& events);
  void tell_plan(ChainEvents& events, ProducerPlanPtr producers, StackerPlanPtr stackers);
  void tell_window(ChainEvents& events);
  void start_term(ChainEvents& events);
  void move_tip(ChainEvents& events);
  void tell_position(ChainEvents& events);
  /// Whether the block is canonical.
  [[nodiscard]] bool is_on_path(const BlockNode& node) const;
  [[nodiscard]] BlockNode* find_tip() const;
  [[nodiscard]] Position current_position() const;
  /// The first attempt at (term, height) without a rejection on the branch of `view`.
  [[nodiscard]] std::uint32_t attempt_at(TermNumber term, BlockHeight height, BurnNode& view) const;
  /// Context of the term that has begun on the canonical chain as far as evaluated; may be null.
  [[nodiscard]] TermContextPtr started_context() const;
  [[nodiscard]] TermContextPtr context_of_term(TermNumber term) const;
  [[nodiscard]] BlockNode& base_of(const TermContext& context) const;

  // chain_blocks.cpp
  /// Every rule but seal and clock; remembered unless parked.
  Result<CheckedBlock> check(const Block& block, const BlockId& id);
  [[nodiscard]] Result<> check_no_rival(const CheckedBlock& checked,
                                        const BlockHeader& header) const;
  BlockNode& insert(const SealedBlock& block, const BlockId& id, const CheckedBlock& checked);
  static void fill_in(BlockNode& node, const CheckedBlock& checked);
  void keep_key(const std::shared_ptr<const KeyCertificate>& certificate, const SetHash& set,
                ChainEvents& events);
  void keep_rejection(const VoteCertificate& certificate);
  [[nodiscard]] std::shared_ptr<const KeyCertificate> key_of(GroupKind kind,
                                                             std::uint64_t generation,
                                                             const SetHash& set) const;

  // chain_building.cpp
  [[nodiscard]] Result<BlockHeader> header_frame(const BuildInput& input) const;
  [[nodiscard]] Result<> add_certificates(Block& block, const BlockPlace& place) const;
  static void fill(Block& block, Execution& execution, const BlockPlace& place,
                   const BuildInput& input, std::size_t max_bytes, BuildOutput& out);

  // chain_witness.cpp
  /// Unknown here, at a height that this node's Bitcoin chain has already passed.
  [[nodiscard]] bool is_orphaned_view(const BurnView& view) const;
  Result<ChainEvents> accept_witness(const SealedBlock& block, const BlockId& id);
  [[nodiscard]] Result<std::unique_ptr<BlockNode>> witness_of(const SealedBlock& block,
                                                              const BlockId& id) const;
  [[nodiscard]] Result<> set_witness_replay(BlockNode& node, const Block& block) const;
  /// Executes witnesses whose Bitcoin blocks have become known, and evaluates what waited for them.
  void execute_witnesses();

  // chain_pruning.cpp
  void finalise(ChainEvents& events);
  void prune_blocks();
  void prune_burn();
  void forget(BlockNode& node) const;

  // chain_catching_up.cpp
  /// Highest blocks without children that are not canonical, above the last final block.
  [[nodiscard]] std::vector<const BlockNode*> side_tips(std::size_t max) const;
  [[nodiscard]] std::vector<BlockId> blocks_after(const std::vector<BlockId>& locator,
                                                  std::size_t max_count) const;

  Params params;
  CoinbaseSchedule schedule;
  stacks::Network network;
  BurnChain burn;
  StackerPlanPtr genesis_stackers;
  BlockTree tree;

  /// Nodes whose parent is evaluated and that are not.
  std::vector<BurnNode*> undecided;
  std::map<GenerationKey, std::vector<ProducerPlanPtr>> producer_plans;
  std::map<GenerationKey, std::vector<StackerPlanPtr>> stacker_plans;
  std::map<std::pair<GenerationKey, SetHash>, std::shared_ptr<const KeyCertificate>> keys;
  using RejectionKey = std::tuple<TermNumber, BlockHeight, std::uint32_t>;
  std::map<RejectionKey, std::vector<VoteCertificate>> rejections;
  CheckMemory memory;
  std::vector<BlockNode*> witnesses;  ///< Parents first.

  // The canonical view, and what of it has been told.
  BurnNode* frontier{};                     ///< Highest evaluated canonical Bitcoin block.
  std::vector<CountedAnnouncement> counted; ///< On the canonical branch up to the frontier.
  std::vector<BlockNode*> path;             ///< Canonical blocks by height, genesis first.
  std::vector<BurnLink> untold_links;
  std::map<GenerationKey, SetHash> told_plans;
  std::optional<EnrollmentWindow> told_window;
  TermContextPtr told_term;
  Position position;
  std::size_t final_count{};                ///< How many of `counted` are final.
  BlockNode* final_block{};
  std::size_t pruned_to{};                  ///< Heights of `path` below this are forgotten.
};

}  // namespace quorate::consensus
