// The canonical branch of both chains, and telling what changed on it. Bitcoin's canonical branch
// is followed only as far as its announcements are decided; the Stacks tip follows from there.
// Source: SIP "Block Production during a Term" ("always builds off the last bitcoin-announced block
// of the prior term"); Gap: docs/spec_gaps.md "Dropped blocks", "Bitcoin reorganisations".
#include "consensus/chain_state.hpp"

namespace quorate::consensus {

namespace {

void tell_ignored(ChainEvents& events,
                  const std::vector<std::pair<BurnReference, Error>>& ignored) {
  for (const auto& [mined, reason] : ignored) events.push_back(OperationIgnored{mined, reason});
}

}  // namespace

Result<ChainEvents> ChainState::add_burn_block(const bitcoin::BurnBlock& block) {
  if (burn.find(block.hash) != nullptr) return ChainEvents{};
  TRY(bitcoin::check(block));
  TRY_ASSIGN(BurnNode* node, burn.add(block));
  untold_links.push_back(
      {block.height, FixedBytes<struct BurnHeaderTag, 80>::from(block.header.view())});
  if (node->parent == nullptr) tree.genesis().header.burn_view = node->view;
  if (node->parent == nullptr || node->parent->evaluation != nullptr) evaluate_from(*node);
  execute_witnesses();
  ChainEvents events;
  BurnNode* const old_tip = burn.tip();
  BurnNode* const fork = burn.update_tip();
  if (fork == nullptr) return events;
  const bool reorganised = old_tip != nullptr && fork != old_tip;
  events.push_back(BurnTipChanged{burn.tip()->view, std::move(untold_links), reorganised});
  untold_links.clear();
  if (reorganised && frontier != nullptr && frontier->view.height > fork->view.height) {
    frontier = fork;
    std::erase_if(counted, [&](const auto& c) { return c.at.height > fork->view.height; });
    ASSERT(counted.size() >= final_count);  // Nothing forks off below what is final.
  }
  const BurnHeight first_new = old_tip == nullptr ? node->view.height : fork->view.height + 1;
  for (BurnHeight h = first_new; h <= burn.tip()->view.height; ++h) {
    const BurnNode& fresh = *burn.canonical_at(h);
    for (const auto& registration : fresh.registrations) {
      events.push_back(KeyRegistered{registration});
    }
    tell_ignored(events, fresh.ignored);
  }
  refresh(events);
  return events;
}

void ChainState::refresh(ChainEvents& events) {
  if (burn.empty()) return;
  advance_frontier(events);
  if (frontier != nullptr) {
    tell_plans(events);
    tell_window(events);
    start_term(events);
    move_tip(events);
    finalise(events);
  }
  tell_position(events);
}

void ChainState::advance_frontier(ChainEvents& events) {
  for (;;) {
    BurnNode* next = frontier == nullptr ? burn.canonical_at(burn.root()->view.height)
                                         : burn.canonical_at(frontier->view.height + 1);
    if (next == nullptr || next->evaluation == nullptr) return;
    frontier = next;
    tell_ignored(events, next->evaluation->ignored);
    for (const Enrollment& enrollment : next->evaluation->enrollments) {
      events.push_back(EnrollmentCounted{next->evaluation->term->window.target(), enrollment});
    }
    for (const CountedAnnouncement& announcement : next->evaluation->counted) {
      counted.push_back(announcement);
      events.push_back(BlockAnnounced{announcement});
    }
  }
}

void ChainState::tell_plans(ChainEvents& events) {
  const BurnEvaluation& at = *frontier->evaluation;
  for (const TermContextPtr& context : {at.term, at.next}) {
    if (context == nullptr) continue;
    if (context->stackers) tell_plan(events, nullptr, context->stackers);
    if (context->producers) tell_plan(events, context->producers, nullptr);
    if (context->next_producers) tell_plan(events, context->next_producers, nullptr);
  }
  if (at.next_stackers) tell_plan(events, nullptr, at.next_stackers);
}

void ChainState::tell_plan(ChainEvents& events, ProducerPlanPtr producers,
                           StackerPlanPtr stackers) {
  SetPlanned planned{std::move(producers), std::move(stackers), {}, {}, {}};
  const std::uint64_t generation = planned.signers().generation;
  const auto [told, fresh] =
      told_plans.try_emplace({planned.signers().kind, generation}, planned.hash());
  if (!fresh && told->second == planned.hash()) return;
  told->second = planned.hash();
  if (planned.producers) {
    const TermNumber term{generation};
    planned.start = first_height(params, TermNumber{generation - 1});
    planned.first = first_height(params, term);
    planned.last = last_height(params, term);
  } else {
    const CycleNumber cycle{generation};
    planned.start = generation == 0 ? first_height(params, cycle)
                                    : prepare_start_before(params, cycle);
    planned.first = first_height(params, cycle);
    planned.last = last_height(params, cycle);
  }
  events.push_back(std::move(planned));
}

void ChainState::tell_window(ChainEvents& events) {
  const BurnEvaluation& at = *frontier->evaluation;
  const TermContext& context = at.next ? *at.next : *at.term;
  if (told_window == context.window) return;
  told_window = context.window;
  events.push_back(EnrollmentOpen{context.window, first_height(params, context.term)});
}

TermContextPtr ChainState::started_context() const {
  if (frontier == nullptr) return nullptr;
  const BurnEvaluation& at = *frontier->evaluation;
  const bool next_has_begun = at.next != nullptr && burn.tip() != frontier;
  return next_has_begun ? at.next : at.term;
}

BlockNode& ChainState::base_of(const TermContext& context) const {
  BlockNode* base = context.base ? tree.find(context.base->block) : &tree.genesis();
  ASSERT(base != nullptr);
  return *base;
}

void ChainState::start_term(ChainEvents& events) {
  const TermContextPtr started = started_context();
  if (started == nullptr) return;
  const bool same = told_term != nullptr && told_term->term == started->term &&
                    told_term->base == started->base;
  const bool new_producers =
      same && (told_term->producers == nullptr) != (started->producers == nullptr);
  told_term = started;
  if (same && !new_producers) return;
  events.push_back(TermStarted{started->term, base_of(*started).id, started->base,
                               started->producers != nullptr});
}

bool ChainState::is_on_path(const BlockNode& node) const {
  const std::size_t height = node.header.height.value;
  return height < path.size() && path[height] == &node;
}

BlockNode* ChainState::find_tip() const {
  const TermContextPtr started = started_context();
  if (started == nullptr) return path.back();
  const auto belongs = [&](const BlockNode& node) {
    return node.executed != nullptr && node.header.term == started->term &&
           burn.is_canonical(node.header.burn_view);
  };
  BlockNode* at = &base_of(*started);
  // What is final stays, and the states between the term's base and it are forgotten.
  if (final_block->header.height > at->header.height) at = final_block;
  // The tip of before usually still holds; then only what was accepted on it is new.
  if (belongs(*path.back()) && is_on_path(*at)) at = path.back();
  for (bool found = true; found;) {
    found = false;
    for (BlockNode* child : at->children) {
      if (!belongs(*child)) continue;
      at = child;
      found = true;
      break;
    }
  }
  return at;
}

void ChainState::move_tip(ChainEvents& events) {
  BlockNode* const tip = find_tip();
  if (tip == path.back()) return;
  const BlockNode& common = BlockTree::common_ancestor(*tip, *path.back());
  BlocksDropped dropped;
  while (path.back() != &common) {
    dropped.blocks.push_back(path.back()->id);
    path.pop_back();
  }
  if (!dropped.blocks.empty()) events.push_back(std::move(dropped));
  std::vector<BlockNode*> joined;
  for (BlockNode* at = tip; at != &common; at = at->parent) joined.push_back(at);
  for (auto node = joined.rbegin(); node != joined.rend(); ++node) {
    path.push_back(*node);
    events.push_back(BlockJoined{(*node)->id, (*node)->sealed});
  }
}

std::uint32_t ChainState::attempt_at(TermNumber term, BlockHeight height, BurnNode& view) const {
  std::uint32_t attempt = 0;
  for (;; ++attempt) {
    const auto found = rejections.find({term, height, attempt});
    if (found == rejections.end()) return attempt;
    const bool binds = std::any_of(
        found->second.begin(), found->second.end(),
        [&](const VoteCertificate& c) { return burn.is_on_branch(c.value.burn_view, view); });
    if (!binds) return attempt;
  }
}

Position ChainState::current_position() const {
  Position out;
  BlockNode& tip = *path.back();
  out.burn_tip = burn.tip()->view;
  out.height = tip.header.height + 1;
  out.parent = tip.id;
  out.parent_view = tip.header.burn_view;
  out.parent_timestamp_ms = tip.header.timestamp_ms;
  out.first_of_term = true;
  if (!is_on_grid(params, out.burn_tip.height)) return out;
  out.term = term_of(params, out.burn_tip.height);
  out.cycle = cycle_of(params, out.term);
  const TermContextPtr started = started_context();
  if (started == nullptr || started->term != out.term || started->producers == nullptr) return out;
  BurnNode& view = *burn.tip();
  out.first_of_term = tip.is_genesis() || tip.header.term != out.term;
  const bool first_of_cycle = tip.is_genesis() || cycle_of(params, tip.header.term) != out.cycle;
  out.attempt = attempt_at(out.term, out.height, view);
  out.replay_pending = tip.replay.left() > 0 ||
                       &longest_tail(burn, tip, out.term, view) != &tip;
  const bool producers_ready =
      !out.first_of_term ||
      key_of(GroupKind::producers, out.term.value, started->producers->hash) != nullptr;
  const bool stackers_ready =
      !first_of_cycle ||
      key_of(GroupKind::stackers, out.cycle.value, started->stackers->hash) != nullptr;
  out.keys_ready = producers_ready && stackers_ready;
  return out;
}

void ChainState::tell_position(ChainEvents& events) {
  Position now = current_position();
  if (now == position) return;
  position = now;
  events.push_back(now);
}

TermContextPtr ChainState::context_of_term(TermNumber term) const {
  const BurnHeight first = first_height(params, term);
  const BurnNode* eve = burn.canonical_at(BurnHeight{first.value - 1});
  if (eve == nullptr || eve->evaluation == nullptr) return nullptr;
  return eve->evaluation->next;
}

}  // namespace quorate::consensus
