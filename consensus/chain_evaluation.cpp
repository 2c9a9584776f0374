// What Bitcoin blocks mean once every announcement in them is decided: who counts as announced,
// which enrollments count, and on the eve of a term all that is fixed about it. Source: SIP
// "Producer Set Selection", "Block Production during a Term"; Gap: docs/spec_gaps.md "Anchor", "No
// enrollment", "Announcement".
#include "consensus/chain_state.hpp"

namespace quorate::consensus {

namespace {

StackerPlanPtr make_stacker_plan(const Params& params, CycleNumber cycle,
                                 const std::vector<GenesisSigner>& signers) {
  auto plan = std::make_shared<StackerPlan>();
  plan->signers = stacker_set(cycle, signers);
  plan->hash = plan->signers.hash(params.network_id);
  plan->reward_set = reward_set(signers);
  return plan;
}

/// Nobody stacked: the previous members sign on, with a key of their own.
StackerPlanPtr continue_stackers(const StackerPlan& previous, CycleNumber cycle) {
  auto plan = std::make_shared<StackerPlan>(previous);
  plan->signers.generation = cycle.value;
  return plan;
}

std::vector<GenesisSigner> signers_of(const StackerSlotTable& table) {
  std::vector<GenesisSigner> out;
  for (const StackerSlots& s : table.stackers) {
    out.push_back({s.reward_script, s.signing_key, s.slots});
  }
  return out;
}

ProducerPlanPtr make_producer_plan(const Params& params, ProducerSet set) {
  auto plan = std::make_shared<ProducerPlan>();
  plan->producers = std::move(set);
  plan->signers = signer_set(plan->producers, params.signer_slots);
  plan->hash = plan->signers.hash(params.network_id);
  return plan;
}

}  // namespace

void ChainState::evaluate_from(BurnNode& node) {
  std::vector<BurnNode*> open{&node};
  while (!open.empty()) {
    BurnNode* at = open.back();
    open.pop_back();
    at->evaluation = evaluate(*at);
    if (at->evaluation == nullptr) {
      undecided.push_back(at);
      continue;
    }
    if (at->evaluation->next != nullptr) remember_plans(*at->evaluation->next);
    open.insert(open.end(), at->children.rbegin(), at->children.rend());
  }
}

void ChainState::evaluate_undecided() {
  const std::vector<BurnNode*> waiting = std::move(undecided);
  undecided.clear();
  for (BurnNode* node : waiting) evaluate_from(*node);
}

std::shared_ptr<const BurnEvaluation> ChainState::evaluate(BurnNode& node) const {
  auto out = std::make_shared<BurnEvaluation>();
  if (node.parent != nullptr) {
    const BurnEvaluation& before = *node.parent->evaluation;
    const bool opens_term = before.next != nullptr;
    out->term = opens_term ? before.next : before.term;
    out->last = before.last;
    if (!opens_term) out->last_in_term = before.last_in_term;
    out->next_stackers = opens_term ? out->term->next_stackers : before.next_stackers;
  }
  if (!judge_operations(node, *out)) return nullptr;
  const bool is_root = node.view.height == params.first_burn_height;
  if (!is_root) {
    const CycleNumber following = cycle_of(params, node.view.height) + 1;
    if (node.view.height == stacking_snapshot_height(params, following)) {
      out->next_stackers = plan_stackers(*out, following);
    }
  }
  if (is_root || ends_term(params, node.view.height)) out->next = next_context(node, *out);
  return out;
}

bool ChainState::judge_operations(BurnNode& node, BurnEvaluation& out) const {
  for (const bitcoin::MinedOperation& mined : node.operations.operations) {
    const BurnReference at{mined.place, mined.txid};
    if (const auto* op = std::get_if<bitcoin::Announcement>(&mined.operation)) {
      const Result<CountedAnnouncement> judged = judge(node, out, mined, *op);
      if (judged.ok()) {
        out.last = out.last_in_term = *judged;
        out.counted.push_back(*judged);
      } else if (judged.code() == Errc::announcement_undecided) {
        return false;
      } else {
        out.ignored.emplace_back(at, judged.error());
      }
    } else if (const auto* enrollment = std::get_if<bitcoin::Enrollment>(&mined.operation)) {
      if (out.term == nullptr) continue;
      const Result<Enrollment> judged = judge_enrollment(
          out.term->window, mined, *enrollment, burn.registration_at(enrollment->key, node));
      if (judged.ok()) {
        out.enrollments.push_back(*judged);
      } else {
        out.ignored.emplace_back(at, judged.error());
      }
    }
  }
  return true;
}

Result<CountedAnnouncement> ChainState::judge(BurnNode& node, const BurnEvaluation& so_far,
                                              const bitcoin::MinedOperation& mined,
                                              const bitcoin::Announcement& op) const {
  if (so_far.term == nullptr || so_far.term->producers == nullptr) {
    return Errc::announcement_without_set;
  }
  const TermContext& context = *so_far.term;
  const BlockNode* block = tree.find(op.block);
  std::shared_ptr<const KeyCertificate> producers;
  std::shared_ptr<const KeyCertificate> stackers;
  if (block != nullptr) {
    producers = block->producer_key;
    stackers = block->stacker_key;
  } else {
    producers = key_of(GroupKind::producers, context.term.value, context.producers->hash);
    stackers = key_of(GroupKind::stackers, context.stackers->signers.generation,
                      context.stackers->hash);
  }
  const BlockNode* last = so_far.last ? tree.find(so_far.last->block) : &tree.genesis();
  ASSERT(last != nullptr);
  return judge_announcement({burn, node, context.term, block,
                             producers ? &producers->content.group_key : nullptr,
                             stackers ? &stackers->content.group_key : nullptr, last},
                            mined, op);
}

TermContextPtr ChainState::next_context(BurnNode& node, const BurnEvaluation& done) const {
  auto out = std::make_shared<TermContext>();
  out->base = done.last;
  Anchor anchor;
  anchor.state_root = done.last ? done.last->state_root : tree.genesis().header.state_root;
  const BurnNode* anchor_node = &node;
  if (done.term == nullptr) {  // The eve of term 0.
    out->term = TermNumber{0};
    out->stackers = genesis_stackers;
    out->remaining = genesis_stackers->reward_set;
  } else {
    const TermContext& before = *done.term;
    out->term = before.term + 1;
    out->producers = before.next_producers;
    out->next_producers = plan_producers(node, done, before.term + 2);
    const bool same_cycle = cycle_of(params, out->term) == cycle_of(params, before.term);
    out->stackers = same_cycle ? before.stackers : done.next_stackers;
    out->next_stackers = same_cycle ? done.next_stackers : nullptr;
    ASSERT(out->stackers != nullptr);
    out->remaining = same_cycle ? before.remaining : out->stackers->reward_set;
    if (done.last_in_term) {
      anchor.set = done.last_in_term->mined.place;
      anchor_node = burn.ancestor_at(node, done.last_in_term->at.height);
      ASSERT(anchor_node != nullptr);
    } else {
      anchor.set = {node.view.height, 0};
    }
  }
  anchor.seed = recipient_seed(anchor_node->sortition_hash, anchor_node->view.hash);
  OpenedWindow opened = open_window(params, out->term, anchor, std::move(out->remaining));
  out->window = std::move(opened.window);
  out->remaining = std::move(opened.remaining);
  return out;
}

ProducerPlanPtr ChainState::plan_producers(BurnNode& eve, const BurnEvaluation& done,
                                           TermNumber term) const {
  std::vector<const BurnEvaluation*> blocks{&done};
  const BurnHeight first = first_height(params, term_of(params, eve.view.height));
  for (const BurnNode* at = eve.parent; at != nullptr && at->view.height >= first;
       at = at->parent) {
    blocks.push_back(at->evaluation.get());
  }
  std::vector<Enrollment> enrollments;
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    enrollments.insert(enrollments.end(), (*block)->enrollments.begin(),
                       (*block)->enrollments.end());
  }
  std::optional<Selection> selection =
      select_producers(params, network, term, enrollments, tie_seed(eve.sortition_hash));
  if (!selection) {
    const ProducerPlanPtr& previous = done.term->next_producers;
    if (previous == nullptr) return nullptr;
    return make_producer_plan(params, continue_set(previous->producers, term));
  }
  auto plan = std::make_shared<ProducerPlan>(
      *make_producer_plan(params, std::move(selection->set)));
  plan->conflicts = std::move(selection->conflicts);
  plan->unselected = std::move(selection->unselected);
  return plan;
}

StackerPlanPtr ChainState::plan_stackers(const BurnEvaluation& done, CycleNumber cycle) const {
  const BlockNode* announced = done.last ? tree.find(done.last->block) : &tree.genesis();
  ASSERT(announced != nullptr);
  ASSERT(announced->executed != nullptr);  // Never below the last final block.
  const Ledger& ledger = announced->executed->ledger;
  const StackerSlotTable table =
      stacker_slots(ledger.pox_entries(cycle), ledger.supply(), params.reward_slots);
  if (table.total_slots == 0) return continue_stackers(*done.term->stackers, cycle);
  return make_stacker_plan(params, cycle, signers_of(table));
}

void ChainState::remember_plans(const TermContext& context) {
  const auto add = [](auto& plans, const auto& plan) {
    if (plan == nullptr) return;
    auto& known = plans[GenerationKey{plan->signers.kind, plan->signers.generation}];
    const bool is_known = std::any_of(known.begin(), known.end(),
                                      [&](const auto& p) { return p->hash == plan->hash; });
    if (!is_known) known.push_back(plan);
  };
  add(producer_plans, context.producers);
  add(producer_plans, context.next_producers);
  add(stacker_plans, context.stackers);
  add(stacker_plans, context.next_stackers);
}

ChainState::ChainState(const Params& p, const Genesis& g, const CoinbaseSchedule& s, Ledger ledger)
    : params(p),
      schedule(s),
      network(g.network),
      burn(params),
      genesis_stackers(make_stacker_plan(p, CycleNumber{0}, g.signers)),
      tree([&] {
        auto node = std::make_unique<BlockNode>();
        node->id = genesis_id(p, ledger.state_root(), genesis_stackers->hash);
        node->header.state_root = ledger.state_root();
        // Production begins with term 2: genesis stands for what the term before it announced.
        node->header.term = TermNumber{first_producing_term.value - 1};
        node->header.burn_view.height = p.first_burn_height;
        node->executed = std::make_shared<const ExecutedBlock>(
            ExecutedBlock{std::move(ledger), MicroStx{0}, {}, {}, {}, {}, nullptr, nullptr, {}});
        return node;
      }()) {
  path.push_back(&tree.genesis());
  final_block = &tree.genesis();
  position.parent = tree.genesis().id;
  position.height = BlockHeight{1};
}

}  // namespace quorate::consensus
