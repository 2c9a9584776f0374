#include "consensus/chain.hpp"

#include "consensus/chain_state.hpp"

namespace quorate::consensus {

Result<Chain> Chain::create(const Params& params, const Genesis& genesis,
                            const CoinbaseSchedule& schedule) {
  TRY(validate(params));
  TRY_ASSIGN(Ledger ledger, genesis_ledger(params, genesis));
  return Chain{std::make_unique<ChainState>(params, genesis, schedule, std::move(ledger))};
}

Chain::Chain(std::unique_ptr<ChainState> state) : state_(std::move(state)) {}
Chain::Chain(Chain&&) noexcept = default;
Chain& Chain::operator=(Chain&&) noexcept = default;
Chain::~Chain() = default;

Result<ChainEvents> Chain::add_burn_block(const bitcoin::BurnBlock& block) {
  return state_->add_burn_block(block);
}
Result<ChainEvents> Chain::accept(const SealedBlock& block) { return state_->accept(block); }
Result<ChainEvents> Chain::learn_key(const KeyCertificate& certificate) {
  return state_->learn_key(certificate);
}
Result<ChainEvents> Chain::learn_rejection(const VoteCertificate& certificate) {
  return state_->learn_rejection(certificate);
}
Verdict Chain::try_block(const Block& block, Instant now) { return state_->try_block(block, now); }
Result<BuildOutput> Chain::build(const BuildInput& input) { return state_->build(input); }

bool Chain::names_longest_tail(const Block& block) const {
  const BlockHeader& header = block.header;
  BlockNode* parent = state_->tree.find(header.parent);
  BurnNode* view = state_->burn.find(header.burn_view.hash);
  if (parent == nullptr || view == nullptr) return true;
  const BlockNode& best = longest_tail(state_->burn, *parent, header.term, *view);
  if (&best == parent) return true;
  const BlockNode* named = state_->tree.find(header.dropped_tip);
  if (named == nullptr) return false;
  return std::tie(named->header.term, named->header.height) >=
         std::tie(best.header.term, best.header.height);
}

// Bitcoin ----------------------------------------------------------------------------------------

const Params& Chain::params() const { return state_->params; }

std::optional<BurnView> Chain::burn_tip() const {
  if (state_->burn.empty()) return std::nullopt;
  return state_->burn.tip()->view;
}

std::optional<BurnView> Chain::burn_view_at(BurnHeight height) const {
  const BurnNode* node = state_->burn.canonical_at(height);
  if (node == nullptr) return std::nullopt;
  return node->view;
}

bool Chain::knows_burn(const BurnHash& hash) const { return state_->burn.find(hash) != nullptr; }

namespace {

/// Offsets below the tip: 0, 1, 2, … 7, then doubling steps; the last one is the bottom.
template <class Visit>
void thinning_out(std::uint64_t top, std::uint64_t bottom, std::size_t max, const Visit& visit) {
  std::uint64_t at = top;
  std::uint64_t step = 1;
  for (std::size_t n = 1; n < max && at > bottom; ++n) {
    visit(at);
    if (n >= 8) step *= 2;
    at = at - bottom > step ? at - step : bottom;
  }
  visit(bottom);
}

}  // namespace

std::vector<BurnHash> Chain::burn_locator(std::size_t max) const {
  std::vector<BurnHash> out;
  if (state_->burn.empty() || max == 0) return out;
  thinning_out(state_->burn.tip()->view.height.value, state_->burn.root()->view.height.value, max,
               [&](std::uint64_t h) {
                 out.push_back(state_->burn.canonical_at(BurnHeight{h})->view.hash);
               });
  return out;
}

std::optional<CountedAnnouncement> Chain::last_announced(BurnHeight height) const {
  const BurnNode* node = state_->burn.canonical_at(height);
  if (node == nullptr || node->evaluation == nullptr) return std::nullopt;
  return node->evaluation->last;
}

// Sets and keys ----------------------------------------------------------------------------------

TermContextPtr Chain::term_context(TermNumber term) const { return state_->context_of_term(term); }

ProducerPlanPtr Chain::producers(TermNumber term) const {
  if (const TermContextPtr own = term_context(term)) return own->producers;
  if (term.value == 0) return nullptr;
  const TermContextPtr before = term_context(TermNumber{term.value - 1});
  return before ? before->next_producers : nullptr;
}

StackerPlanPtr Chain::stackers(CycleNumber cycle) const {
  if (cycle.value == 0) return state_->genesis_stackers;
  const BurnNode* node = state_->frontier;
  if (node == nullptr) return nullptr;
  const BurnEvaluation& at = *node->evaluation;
  for (const StackerPlanPtr& plan :
       {at.term ? at.term->stackers : nullptr, at.next ? at.next->stackers : nullptr,
        at.next_stackers}) {
    if (plan != nullptr && plan->signers.generation == cycle.value) return plan;
  }
  return nullptr;
}

std::shared_ptr<const KeyCertificate> Chain::key(GroupKind kind, std::uint64_t generation) const {
  if (kind == GroupKind::producers) {
    const ProducerPlanPtr plan = producers(TermNumber{generation});
    return plan ? state_->key_of(kind, generation, plan->hash) : nullptr;
  }
  const StackerPlanPtr plan = stackers(CycleNumber{generation});
  return plan ? state_->key_of(kind, generation, plan->hash) : nullptr;
}

// Blocks -----------------------------------------------------------------------------------------

BlockId Chain::genesis_id() const { return state_->tree.genesis().id; }
BlockId Chain::tip() const { return state_->path.back()->id; }
BlockHeight Chain::tip_height() const { return state_->path.back()->header.height; }
const Position& Chain::position() const { return state_->position; }
bool Chain::knows(const BlockId& id) const { return state_->tree.find(id) != nullptr; }

const BlockHeader* Chain::header(const BlockId& id) const {
  const BlockNode* node = state_->tree.find(id);
  return node == nullptr ? nullptr : &node->header;
}

std::shared_ptr<const SealedBlock> Chain::block(const BlockId& id) const {
  const BlockNode* node = state_->tree.find(id);
  return node == nullptr ? nullptr : node->sealed;
}

std::optional<BlockId> Chain::canonical_at(BlockHeight height) const {
  if (height.value >= state_->path.size()) return std::nullopt;
  return state_->path[height.value]->id;
}

Finality Chain::finality(const BlockId& id) const {
  const BlockNode* node = state_->tree.find(id);
  if (node == nullptr) return {};
  if (!state_->is_on_path(*node)) {
    return {FinalityLevel::off_chain, std::nullopt, 0};
  }
  // Announced by the first counted announcement at or above it.
  for (std::size_t i = 0; i < state_->counted.size(); ++i) {
    const CountedAnnouncement& c = state_->counted[i];
    if (c.height < node->header.height) continue;
    return {i < state_->final_count ? FinalityLevel::final : FinalityLevel::announced, c.at.height,
            state_->burn.tip()->view.height - c.at.height};
  }
  return {FinalityLevel::accepted, std::nullopt, 0};
}

BlockId Chain::last_final() const { return state_->final_block->id; }

std::vector<TransactionOutcome> Chain::outcomes(const BlockId& id) const {
  const BlockNode* node = state_->tree.find(id);
  return node == nullptr ? std::vector<TransactionOutcome>{} : node->outcomes;
}

std::vector<BlockId> Chain::locator(std::size_t max) const {
  std::vector<BlockId> out;
  if (max == 0) return out;
  const std::vector<const BlockNode*> sides = state_->side_tips(max / 4);
  thinning_out(state_->path.size() - 1, 0, max - sides.size(),
               [&](std::uint64_t h) { out.push_back(state_->path[h]->id); });
  for (const BlockNode* side : sides) out.push_back(side->id);
  return out;
}

std::vector<BlockId> Chain::blocks_after(const std::vector<BlockId>& locator,
                                         std::size_t max_count) const {
  return state_->blocks_after(locator, max_count);
}

void Chain::release(const BlockId& id) {
  BlockNode* node = state_->tree.find(id);
  if (node == nullptr) return;
  node->releasable = true;
  if (node->executed == nullptr && !node->is_witness) state_->forget(*node);
}

// Money ------------------------------------------------------------------------------------------

const Ledger& Chain::ledger() const { return state_->path.back()->executed->ledger; }

const Ledger* Chain::ledger_at(const BlockId& id) const {
  const BlockNode* node = state_->tree.find(id);
  return node == nullptr || node->executed == nullptr ? nullptr : &node->executed->ledger;
}

std::shared_ptr<const RewardStatement> Chain::fee_statement(const BlockId& id) const {
  const BlockNode* node = state_->tree.find(id);
  if (node == nullptr) return nullptr;
  const std::size_t child = node->header.height.value + 1;
  if (!state_->is_on_path(*node) || child >= state_->path.size()) return nullptr;
  return state_->path[child]->parent_fees;
}

std::shared_ptr<const RewardStatement> Chain::coinbase_statement(TermNumber term) const {
  const auto first = std::lower_bound(
      state_->path.begin() + 1, state_->path.end(), term,
      [](const BlockNode* node, TermNumber t) { return node->header.term < t; });
  if (first == state_->path.end() || (*first)->header.term != term) return nullptr;
  return (*first)->coinbase;
}

}  // namespace quorate::consensus
