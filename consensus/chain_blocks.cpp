// Judging and accepting blocks, and the certificates that come with them or before them.
// Source: SIP "Block Signing and Announcement"; docs/protocol.md "Chain".
#include "consensus/chain_state.hpp"

namespace quorate::consensus {

bool is_parked(Errc code) {
  switch (code) {
    case Errc::burn_view_unknown:
    case Errc::term_undecided:
    case Errc::parent_unknown:
    case Errc::dropped_tip_unknown:
    case Errc::timestamp_ahead:
    case Errc::set_unknown:
      return true;
    default:
      return false;
  }
}

const Result<CheckedBlock>* CheckMemory::find(const BlockId& id) const {
  const auto at = entries_.find(id);
  return at == entries_.end() ? nullptr : &at->second;
}

void CheckMemory::remember(const BlockId& id, Result<CheckedBlock> result) {
  if (!entries_.emplace(id, std::move(result)).second) return;
  order_.push_back(id);
  if (order_.size() <= max_entries) return;
  entries_.erase(order_.front());
  order_.pop_front();
}

Result<CheckedBlock> ChainState::check(const Block& block, const BlockId& id) {
  // The id covers the header only. Without this a block with the same header and another body would
  // be answered for, or would leave its own refusal behind for the true one.
  if (!check_contents(block).ok()) return check_block(rules(), tree, block);
  // What was found on a Bitcoin branch that is forgotten by now counts no more: the block may have
  // become a witness.
  const Result<CheckedBlock>* known = memory.find(id);
  if (known != nullptr && burn.find(block.header.burn_view.hash) != nullptr) return *known;
  Result<CheckedBlock> checked = check_block(rules(), tree, block);
  if (checked.ok() || !is_parked(checked.code())) memory.remember(id, checked);
  return checked;
}

Verdict ChainState::try_block(const Block& block, Instant now) {
  const Result<CheckedBlock> checked = check(block, block.id());
  if (!checked.ok()) {
    const auto kind =
        is_parked(checked.code()) ? Verdict::Kind::parked : Verdict::Kind::refused;
    return {kind, checked.error(), {}, {}};
  }
  const std::int64_t latest_ms = (now + params.max_clock_lead).ms();
  if (latest_ms < 0 || block.header.timestamp_ms > static_cast<std::uint64_t>(latest_ms)) {
    return {Verdict::Kind::parked, Errc::timestamp_ahead, {}, {}};
  }
  return {Verdict::Kind::valid, {}, checked->executed->fees, checked->executed->added};
}

Result<> ChainState::check_no_rival(const CheckedBlock& checked, const BlockHeader& header) const {
  BurnNode* view = burn.find(header.burn_view.hash);
  ASSERT(view != nullptr);
  for (const BlockNode* sibling : checked.parent->children) {
    if (sibling->header.term == header.term &&
        !are_rivals(burn, sibling->header.burn_view, *view)) {
      return Error{Errc::rival_sealed_block, to_hex(sibling->id)};
    }
  }
  return done();
}

Result<ChainEvents> ChainState::accept(const SealedBlock& sealed) {
  const BlockId id = sealed.block.id();
  if (tree.find(id) != nullptr) return ChainEvents{};
  const Result<CheckedBlock> judged = check(sealed.block, id);
  if (!judged.ok()) {
    const bool orphaned = judged.code() == Errc::burn_view_unknown &&
                          is_orphaned_view(sealed.block.header.burn_view);
    if (orphaned) return accept_witness(sealed, id);
    return judged.error();
  }
  const CheckedBlock& checked = *judged;
  // A verdict may be older than what has become final since.
  if (checked.parent->executed == nullptr) return Errc::parent_below_final;
  TRY(check_seal(params, checked, id, sealed.seal));
  TRY(check_no_rival(checked, sealed.block.header));
  ChainEvents events;
  BlockNode& node = insert(sealed, id, checked);
  events.push_back(BlockStored{id, node.sealed});
  keep_key(node.producer_key, node.producers->hash, events);
  keep_key(node.stacker_key, node.stackers->hash, events);
  if (sealed.block.rejection) keep_rejection(*sealed.block.rejection);
  evaluate_undecided();
  execute_witnesses();
  refresh(events);
  return events;
}

BlockNode& ChainState::insert(const SealedBlock& sealed, const BlockId& id,
                              const CheckedBlock& checked) {
  auto node = std::make_unique<BlockNode>();
  node->id = id;
  node->header = sealed.block.header;
  node->parent = checked.parent;
  node->seal_hash = sealed.seal.hash();
  node->sealed = std::make_shared<const SealedBlock>(sealed);
  fill_in(*node, checked);
  return tree.insert(std::move(node));
}

void ChainState::fill_in(BlockNode& node, const CheckedBlock& checked) {
  node.producers = checked.context->producers;
  node.stackers = checked.context->stackers;
  node.producer_key = checked.producer_key;
  node.stacker_key = checked.stacker_key;
  node.executed = checked.executed;
  node.outcomes = checked.executed->outcomes;
  node.replay = checked.executed->replay;
  node.parent_fees = checked.executed->parent_fees;
  node.coinbase = checked.executed->coinbase;
}

void ChainState::keep_key(const std::shared_ptr<const KeyCertificate>& certificate,
                          const SetHash& set, ChainEvents& events) {
  const GenerationKey generation{certificate->content.kind, certificate->content.generation};
  if (!keys.emplace(std::pair{generation, set}, certificate).second) return;
  events.push_back(KeyLearned{certificate, set});
}

std::shared_ptr<const KeyCertificate> ChainState::key_of(GroupKind kind, std::uint64_t generation,
                                                         const SetHash& set) const {
  const auto at = keys.find({GenerationKey{kind, generation}, set});
  return at == keys.end() ? nullptr : at->second;
}

namespace {

/// The hash of the first of these plans whose set certified the key.
template <class Plan>
Result<SetHash> certifying_set(const std::map<GenerationKey, std::vector<Plan>>& plans,
                               const KeyCertificate& certificate, std::uint32_t network_id) {
  const auto at = plans.find({certificate.content.kind, certificate.content.generation});
  if (at == plans.end()) return Errc::set_unknown;
  Error last{Errc::set_unknown};
  for (const Plan& plan : at->second) {
    const Result<> verified = verify(certificate, plan->signers, network_id);
    if (verified.ok()) return plan->hash;
    last = verified.error();
  }
  return last;
}

}  // namespace

Result<ChainEvents> ChainState::learn_key(const KeyCertificate& certificate) {
  TRY_ASSIGN(const SetHash set,
             certificate.content.kind == GroupKind::producers
                 ? certifying_set(producer_plans, certificate, params.network_id)
                 : certifying_set(stacker_plans, certificate, params.network_id));
  ChainEvents events;
  keep_key(std::make_shared<const KeyCertificate>(certificate), set, events);
  if (events.empty()) return events;
  evaluate_undecided();
  refresh(events);
  return events;
}

Result<ChainEvents> ChainState::learn_rejection(const VoteCertificate& certificate) {
  const BurnView& r = certificate.value.burn_view;
  BurnNode* view = burn.find(r.hash);
  if (view == nullptr) return Errc::burn_view_unknown;
  if (view->view != r || !is_on_grid(params, r.height)) return Errc::rejection_mismatch;
  const TermNumber term = term_of(params, r.height);
  BurnNode* eve = burn.ancestor_at(*view, BurnHeight{first_height(params, term).value - 1});
  if (eve == nullptr) return Errc::parent_below_final;
  if (eve->evaluation == nullptr) return Errc::term_undecided;
  const InstanceId& instance = certificate.instance;
  TRY(check_rejection(rules(), certificate, *eve->evaluation->next->stackers, term, instance.height,
                      instance.attempt, *view));
  keep_rejection(certificate);
  ChainEvents events;
  refresh(events);
  return events;
}

void ChainState::keep_rejection(const VoteCertificate& certificate) {
  const InstanceId& instance = certificate.instance;
  auto& kept = rejections[{instance.term, instance.height, instance.attempt}];
  const bool known = std::any_of(kept.begin(), kept.end(), [&](const VoteCertificate& c) {
    return c.value.burn_view == certificate.value.burn_view;
  });
  if (!known) kept.push_back(certificate);
}

}  // namespace quorate::consensus
