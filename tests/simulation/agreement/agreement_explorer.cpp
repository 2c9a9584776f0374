#include "tests/simulation/agreement/agreement_explorer.hpp"

#include <sstream>

namespace quorate::exploration {

using actors::AgreementMachine;
using actors::agreement::Candidate;
using actors::agreement::Seen;
using actors::agreement::Verdict;
using consensus::Phase;
using consensus::Value;
using consensus::ValueKind;
using consensus::View;
using messages::AgreementState;
namespace io = actors::agreement;

namespace {

MemberIndex index_of(std::size_t p) { return MemberIndex{static_cast<std::uint16_t>(p)}; }

std::uint64_t pack(const std::array<std::uint32_t, honest>& state) {
  return std::uint64_t{state[0]} | std::uint64_t{state[1]} << 21 | std::uint64_t{state[2]} << 42;
}

consensus::Timing timing() {
  consensus::Timing t;
  // Equal timers: how long they are must not tell local states apart.
  t.growth_percent = 100;
  return t;
}

}  // namespace

Explorer::Explorer(World world)
    : world_(std::move(world)), set_(symbolic_set(world_.instance.group)) {
  pen_ = {world_.instance, set_.hash(network)};
  are_alike_ =
      world_.refusing.empty() && std::none_of(world_.leaders.begin(), world_.leaders.end(),
                                              [](std::size_t p) { return p == 1 || p == 2; });
  for (const auto& [value, fee] : world_.fees) are_alike_ = are_alike_ && fee.second.empty();
  for (const auto* link : {&branches_.root, &branches_.a, &branches_.b, &branches_.a2}) {
    ASSERT(tree_.add(Branches::view(*link), link->parent()).ok());
  }
  for (const Value& value : world_.proposable) value_index(value);
  proposable_ = values_.size();
  for (std::uint32_t epoch = 0; epoch < world_.leaders.size(); ++epoch) {
    for (std::uint32_t round = 0; round < world_.rounds; ++round) view_index({epoch, round});
  }
}

bool Explorer::is_producers() const {
  return world_.instance.group == GroupKind::producers &&
         world_.instance.purpose == consensus::Purpose::block;
}

std::uint8_t Explorer::view_index(const View& view) {
  const auto index = std::find(views_.begin(), views_.end(), view) - views_.begin();
  if (static_cast<std::size_t>(index) == views_.size()) views_.push_back(view);
  ASSERT(views_.size() < 256);
  return static_cast<std::uint8_t>(index);
}

std::uint8_t Explorer::value_index(const Value& value) {
  const auto index = std::find(values_.begin(), values_.end(), value) - values_.begin();
  if (static_cast<std::size_t>(index) == values_.size()) values_.push_back(value);
  ASSERT(values_.size() < 256);
  return static_cast<std::uint8_t>(index);
}

bool Explorer::in_bounds(const View& view) const {
  return view.epoch < world_.leaders.size() && view.round < world_.rounds;
}

std::size_t Explorer::leader(const View& view) const {
  if (view.epoch < world_.leaders.size()) return world_.leaders[view.epoch];
  if (is_producers()) return view.epoch - world_.leaders.size();
  return view_leader(pen_.set_hash, world_.instance, view.epoch);
}

bool Explorer::are_comparable(const Value& a, const Value& b) const {
  return !tree_.are_rivals(a.burn_view, b.burn_view);
}

bool Explorer::is_on_branch(const Value& value, std::size_t tip) const {
  if (world_.instance.purpose == consensus::Purpose::key) return true;
  const auto kinship = tree_.kinship(value.burn_view, world_.tips[tip]);
  return kinship == consensus::Kinship::same || kinship == consensus::Kinship::ancestor;
}

/// A producer-signed block that `rejection` may be about; any block if there is none (a cheater's
/// show).
Value Explorer::block_below(const Value& rejection) const {
  for (const Value& value : world_.candidates) {
    const auto kinship = tree_.kinship(value.burn_view, rejection.burn_view);
    if (kinship == consensus::Kinship::same || kinship == consensus::Kinship::ancestor) {
      return value;
    }
  }
  return world_.candidates.at(0);
}

std::shared_ptr<const io::Context> Explorer::context(std::size_t p) const {
  io::Context context;
  context.network_id = network;
  context.instance = world_.instance;
  context.set = set_;
  context.set_hash = pen_.set_hash;
  context.self = index_of(p);
  context.timing = timing();
  context.notary = &notary(p);
  return std::make_shared<const io::Context>(std::move(context));
}

// One member.

void Explorer::feed(std::size_t p, Member& member, const io::Input& input) {
  const auto before = member.machine.current_view();
  const auto effects = member.machine.step(Instant{}, input);
  if (!effects.ok()) {
    member.fault = "input refused: " + effects.error().message();
    return;
  }
  if (before && member.machine.current_view() < before) member.fault = "a view went down";
  absorb(p, member, *effects);
  note_releases(member);
}

void Explorer::absorb(std::size_t p, Member& member, const io::Effects& effects) {
  std::vector<Value> wanted;
  for (const io::Effect& effect : effects) {
    if (const auto* persist = std::get_if<actors::Persist>(&effect)) {
      member.record = *persist->writes.at(0).value;
    } else if (const auto* publish = std::get_if<io::Publish>(&effect)) {
      note_state(member, publish->state);
    } else if (const auto* arm = std::get_if<actors::ArmTimer>(&effect)) {
      member.timer = arm->timer;
    } else if (const auto* want = std::get_if<io::WantBlock>(&effect)) {
      wanted.push_back(want->value);
    } else if (const auto* need = std::get_if<io::NeedBlock>(&effect)) {
      wanted.push_back(block(static_cast<std::uint8_t>(0x40 + member.tip), need->burn_view));
    }
  }
  for (const Value& value : wanted) judge(p, member, value);
}

void Explorer::note_state(Member& member, const AgreementState& state) {
  const auto note = [&](std::map<std::uint8_t, std::uint8_t>& said, const consensus::Vote& vote,
                        const char* fault) {
    const auto [at, is_new] = said.emplace(view_index(vote.view), value_index(vote.value));
    if (!is_new && at->second != value_index(vote.value)) member.fault = fault;
  };
  if (state.proposal) note(member.proposed, state.proposal->word, "two proposals in one view");
  if (state.prepare) note(member.prepared, *state.prepare, "two prepares in one view");
  if (state.commit) note(member.released, *state.commit, "two commit votes in one view");
  if (state.refusal) member.refused = value_index(state.refusal->value);
}

void Explorer::note_releases(Member& member) {
  for (const auto& [value, view] : member.machine.locks()) {
    if (value.kind != ValueKind::block || !member.machine.may_release(view, value)) continue;
    const auto [at, is_new] = member.released.emplace(view_index(view), value_index(value));
    if (!is_new && at->second != value_index(value)) member.fault = "shares for two in one view";
  }
}

void Explorer::judge(std::size_t p, Member& member, const Value& value) {
  Candidate candidate;
  candidate.value = value;
  candidate.source = 0;  // Nobody's: convictions must not matter here.
  candidate.verdict = Verdict::valid;
  candidate.seen = Seen::after_cutoff;
  const bool is_refusing = std::count(world_.refusing.begin(), world_.refusing.end(), p) != 0 &&
                           value == world_.candidates.at(0);
  if (is_refusing) {
    candidate.verdict = Verdict::refused;
    candidate.reason = Errc::bad_signature;
  }
  const auto fees = world_.fees.find(value);
  if (fees != world_.fees.end()) {
    const auto& [amount, seers] = fees->second;
    candidate.fees = MicroStx{amount};
    if (seers.empty() || std::count(seers.begin(), seers.end(), p) != 0) {
      candidate.seen = Seen::before_cutoff;
    }
  }
  feed(p, member, candidate);
}

void Explorer::start(std::size_t p, Member& member, std::size_t tip) {
  member.tip = tip;
  feed(p, member,
       io::BurnMoved{{branches_.root, branches_.a, branches_.b, branches_.a2},
                     world_.tips[tip].hash});
  for (const Value& value : world_.candidates) judge(p, member, value);
  if (is_producers()) feed(p, member, io::CutOff{});
}

void Explorer::apply(std::size_t p, Member& member, const Event& event) {
  AgreementState fragment;
  fragment.instance = world_.instance;
  const View view = views_[event.view];
  const auto hear = [&](std::size_t from) {
    feed(p, member, io::PeerState{index_of(from), fragment});
  };
  switch (event.act) {
    case Act::tip:
      member.tip = event.value;
      return feed(p, member, io::BurnMoved{{}, world_.tips[event.value].hash});
    case Act::proposal: {
      const Value value = values_[event.value];
      const std::size_t from = leader(view);
      fragment.proposal.emplace();
      fragment.proposal->word = pen_.word(from, view, value);
      if (value.kind == ValueKind::reject) fragment.proposal->rejected = block_below(value);
      if (is_producers()) fragment.proposal->leader = pen_.leader(view.epoch, from);
      return hear(from);
    }
    case Act::certificate:
      fragment.certificates.push_back(pen_.certificate(Phase::prepare, view, values_[event.value]));
      return hear(byzantine);
    case Act::decision:
      if (values_[event.value].kind == ValueKind::block) {
        return feed(p, member, io::Signed{view, values_[event.value]});
      }
      fragment.decided = pen_.certificate(Phase::commit, view, values_[event.value]);
      return hear(byzantine);
    case Act::grant:
      return feed(p, member, io::LeaderGranted{pen_.leader(view.epoch, p)});
    case Act::timeout:
      return feed(p, member, io::TimerFired{std::exchange(member.timer, {}).value()});
    case Act::refusal:
      fragment.refusal = pen_.refusal(event.view, values_[event.value], "bad_signature");
      return hear(event.view);
    case Act::acceptance: {
      Candidate candidate;
      candidate.value = world_.candidates.at(0);
      return feed(p, member, candidate);
    }
    case Act::restart: {
      const Bytes record = member.record;
      member.machine = AgreementMachine{context(p)};
      member.timer.reset();
      member.restarted = true;
      if (!record.empty()) feed(p, member, io::Restored{record});
      return start(p, member, member.tip);
    }
  }
}

Explorer::Id Explorer::intern(std::size_t p, Member member) {
  Bytes text = member.machine.fingerprint();
  Writer out{text};
  out.put(static_cast<std::uint8_t>(member.tip))
      .put(member.timer)
      .put(member.refused)
      .put(member.restarted);
  for (const auto* said : {&member.proposed, &member.prepared, &member.released}) {
    out.put(static_cast<std::uint8_t>(said->size()));
    for (const auto& [view, value] : *said) out.put(view).put(value);
  }
  if (world_.restarts) out.raw(member.record);
  const Hash256 hash = crypto::sha256(text);
  const auto [at, is_new] = ids_[p].emplace(std::string(hash.bytes.begin(), hash.bytes.end()),
                                            static_cast<Id>(locals_[p].size()));
  if (is_new) locals_[p].push_back(std::move(member));
  ASSERT(locals_[p].size() < (1u << 21));
  return at->second;
}

Explorer::State Explorer::sorted(State state) const {
  if (are_alike_ && state[2] < state[1]) std::swap(state[1], state[2]);
  return state;
}

const Explorer::Member& Explorer::local(const State& state, std::size_t p) const {
  return locals_[role(p)][state[p]];
}

Explorer::Id Explorer::step(std::size_t p, Id id, const Event& event) {
  p = role(p);
  const std::uint64_t key = std::uint64_t{id} << 24 | std::uint64_t{event.view} << 16 |
                            std::uint64_t{event.value} << 8 | static_cast<std::uint64_t>(event.act);
  const auto known = steps_[p].find(key);
  if (known != steps_[p].end()) return known->second;
  Member member = locals_[p][id];
  apply(p, member, event);
  const bool is_unanswered = event.act == Act::proposal && member.fault.empty() &&
                             member.prepared == locals_[p][id].prepared;
  const Id next = is_unanswered ? id : intern(p, std::move(member));
  steps_[p].emplace(key, next);
  return next;
}

// All of them.

Explorer::Facts Explorer::facts(const State& state, Cheater cheater) {
  Facts out;
  std::map<std::pair<std::uint8_t, std::uint8_t>, std::size_t> prepared, released;
  for (std::size_t p = 0; p < honest; ++p) {
    const Member& member = local(state, p);
    for (const auto& said : member.proposed) out.proposals.push_back(said);
    for (const auto& said : member.prepared) ++prepared[said];
    for (const auto& said : member.released) ++released[said];
    // What an honest member holds it can show, whoever made it possible.
    for (const auto& [value, certificate] : member.machine.certificates()) {
      prepared[{view_index(certificate.view), value_index(value)}] = honest;
    }
  }
  // Three of four are a quorum.
  const std::size_t needed = cheater == Cheater::helps ? honest - 1 : honest;
  for (const auto& [said, count] : prepared) {
    if (count >= needed) out.certificates.push_back(said);
  }
  for (const auto& [said, count] : released) {
    if (count >= needed) out.decisions.push_back(said);
  }
  return out;
}

std::vector<std::pair<std::size_t, Explorer::Event>> Explorer::events(const State& state) {
  std::vector<std::pair<std::size_t, Event>> out;
  Facts known = facts(state, Cheater::helps);
  for (std::uint8_t v = 0; v < views_.size(); ++v) {
    if (!in_bounds(views_[v]) || leader(views_[v]) != byzantine) continue;
    for (std::uint8_t x = 0; x < proposable_; ++x) known.proposals.emplace_back(v, x);
  }
  for (std::size_t p = 0; p < honest; ++p) {
    const Member& member = local(state, p);
    for (std::size_t t = member.tip + 1; t < world_.tips.size(); ++t) {
      out.push_back({p, {Act::tip, 0, static_cast<std::uint8_t>(t)}});
    }
    for (const auto& [v, x] : known.proposals) {
      if (leader(views_[v]) != p) out.push_back({p, {Act::proposal, v, x}});
    }
    for (const auto& [v, x] : known.certificates) out.push_back({p, {Act::certificate, v, x}});
    for (std::uint8_t e = 0; is_producers() && e < world_.leaders.size(); ++e) {
      if (world_.leaders[e] == p) out.push_back({p, {Act::grant, view_index({e, 0}), 0}});
    }
    if (member.timer) {
      View next{static_cast<std::uint32_t>(member.timer->c >> 32),
                static_cast<std::uint32_t>(member.timer->c)};
      ++(is_producers() ? next.round : next.epoch);
      if (in_bounds(next)) out.push_back({p, {Act::timeout, 0, 0}});
    }
    if (world_.restarts && !member.restarted) out.push_back({p, {Act::restart, 0, 0}});
    for (std::size_t other = 0; !world_.refusing.empty() && other < members; ++other) {
      const bool refuses =
          other == byzantine || (other < honest && other != p && local(state, other).refused);
      if (refuses) out.push_back({p, {Act::refusal, static_cast<std::uint8_t>(other), 0}});
    }
  }
  return out;
}

std::string Explorer::check(const State& state) {
  for (std::size_t p = 0; p < honest; ++p) {
    if (!local(state, p).fault.empty()) {
      return "member " + std::to_string(p) + ": " + local(state, p).fault;
    }
  }
  const Facts known = facts(state, Cheater::helps);
  for (const auto& [v, x] : known.decisions) {
    for (const auto& [w, y] : known.decisions) {
      if (x != y && are_comparable(values_[x], values_[y])) return "two comparable decisions";
    }
  }
  return {};
}

void Explorer::deliver_all(State& state) {
  for (bool moved = true; moved;) {
    moved = false;
    const Facts known = facts(state, Cheater::silent);
    for (std::size_t p = 0; p < honest; ++p) {
      const Id before = state[p];
      for (const auto& [v, x] : known.certificates) {
        state[p] = step(p, state[p], {Act::certificate, v, x});
      }
      for (const auto& [v, x] : known.decisions) {
        state[p] = step(p, state[p], {Act::decision, v, x});
      }
      for (const auto& [v, x] : known.proposals) {
        if (leader(views_[v]) != p) state[p] = step(p, state[p], {Act::proposal, v, x});
      }
      moved = moved || state[p] != before;
    }
  }
}

bool Explorer::is_decided(const State& state, std::size_t tip) {
  const Facts known = facts(state, Cheater::silent);
  const bool exists = std::any_of(
      known.decisions.begin(), known.decisions.end(),
      [&](const auto& decision) { return is_on_branch(values_[decision.second], tip); });
  bool all_closed = true;
  for (std::size_t p = 0; p < honest; ++p) {
    all_closed = all_closed && local(state, p).machine.closed().has_value();
  }
  return exists && all_closed;
}

/// Takes all members to the next view (stackers, keys) that an honest member leads.
void Explorer::next_good_view(State& state) {
  std::uint32_t target = 0;
  for (std::size_t p = 0; p < honest; ++p) {
    target = std::max(target, local(state, p).machine.state().view.epoch + 1);
  }
  // With interchangeable members only member 0 has a name of its own.
  const auto is_good = [&](std::size_t p) { return are_alike_ ? p == 0 : p != byzantine; };
  while (!is_good(leader({target, 0}))) ++target;
  for (std::size_t p = 0; p < honest; ++p) {
    while (local(state, p).timer && local(state, p).machine.state().view.epoch < target) {
      state[p] = step(p, state[p], {Act::timeout, 0, 0});
    }
  }
}

/// Whether the honest members alone, once they hear each other and Bitcoin stands still at `tip`,
/// decide under an honest leader.
bool Explorer::decides(State& state, std::size_t tip, std::size_t leader) {
  const auto key = std::tuple{state, tip, leader};
  const auto known = good_runs_.find(key);
  if (known != good_runs_.end()) return known->second;
  bool done = is_decided(state, tip);
  if (!done && is_producers()) {
    const auto epoch = static_cast<std::uint32_t>(world_.leaders.size() + leader);
    state[leader] = step(leader, state[leader], {Act::grant, view_index({epoch, 0}), 0});
    for (int round = 0; round < 5 && !done; ++round) {
      deliver_all(state);
      done = is_decided(state, tip);
      if (done || !local(state, leader).timer) break;
      state[leader] = step(leader, state[leader], {Act::timeout, 0, 0});
    }
  }
  for (int view = 0; !is_producers() && view < 4 && !done; ++view) {
    next_good_view(state);
    deliver_all(state);
    done = is_decided(state, tip);
  }
  done = done && check(state).empty();
  good_runs_.emplace(key, done);
  return done;
}

std::string Explorer::check_good_runs(const State& state) {
  std::size_t first = 0;
  for (std::size_t p = 0; p < honest; ++p) first = std::max(first, local(state, p).tip);
  for (std::size_t tip = first; tip < world_.tips.size(); ++tip) {
    State synced = state;
    for (std::size_t p = 0; p < honest; ++p) {
      if (local(synced, p).tip == tip) continue;
      synced[p] = step(p, synced[p], {Act::tip, 0, static_cast<std::uint8_t>(tip)});
    }
    for (const std::size_t p : world_.refusing) {
      synced[p] = step(p, synced[p], {Act::acceptance, 0, 0});
    }
    deliver_all(synced);
    const std::size_t choices = is_producers() && !are_alike_ ? honest : 1;
    for (std::size_t leader = 0; leader < choices; ++leader) {
      State end = synced;
      if (!decides(end, tip, leader)) {
        return describe(end) + "no decision on tip " + std::to_string(tip) + " under leader " +
               std::to_string(leader);
      }
    }
  }
  return {};
}

Report Explorer::run(std::uint64_t max_states) {
  Report report;
  State first{};
  for (std::size_t p = 0; p < honest; ++p) {
    Member member{AgreementMachine{context(role(p))}, 0, {}, {}, {}, {}, {}, {}, {}, {}};
    start(role(p), member, 0);
    first[p] = intern(role(p), std::move(member));
  }
  std::unordered_map<std::uint64_t, std::uint32_t> seen{{pack(first), 0}};
  states_.push_back(first);
  origins_.push_back({0, 0, {}});
  std::size_t next = 0;
  for (; next < states_.size() && states_.size() < max_states; ++next) {
    const State state = states_[next];
    std::string violation = check(state);
    if (violation.empty()) violation = check_good_runs(state);
    if (!violation.empty()) {
      report.violation = violation + story(next);
      break;
    }
    if (!facts(state, Cheater::helps).decisions.empty()) ++report.decided_states;
    for (const auto& [p, event] : events(state)) {
      State after = state;
      after[p] = step(p, state[p], event);
      after = sorted(after);
      if (after == state || !seen.emplace(pack(after), states_.size()).second) continue;
      states_.push_back(after);
      origins_.push_back({static_cast<std::uint32_t>(next), static_cast<std::uint8_t>(p), event});
    }
  }
  report.states = states_.size();
  for (const auto& locals : locals_) report.local_states += locals.size();
  report.good_runs = good_runs_.size();
  report.complete = next == states_.size();
  return report;
}

// Stories.

std::string Explorer::describe(std::size_t p, const Event& event) const {
  static const char* const acts[] = {"sees tip",        "reads proposal",  "reads certificate",
                                     "learns decision", "leads",           "times out",
                                     "restarts",        "reads refusal of"};
  const View view = views_[event.view];
  std::ostringstream text;
  text << "  member " << p << " " << acts[static_cast<int>(event.act)];
  if (event.act == Act::tip) {
    text << " " << int{event.value};
  } else if (event.act != Act::timeout && event.act != Act::restart) {
    const Value& value = values_[event.value];
    text << " (" << view.epoch << "," << view.round << ") value " << int{event.value} << "/kind "
         << static_cast<int>(value.kind) << " at " << value.burn_view.height.value << ":"
         << to_hex(value.burn_view.hash).substr(0, 4);
  }
  return text.str();
}

/// What each honest member stands on, for the reader of a violation.
std::string Explorer::describe(const State& state) const {
  std::ostringstream text;
  const auto put = [&](const char* name, const consensus::Vote& vote) {
    text << ", " << name << " (" << vote.view.epoch << "," << vote.view.round << ") value "
         << std::find(values_.begin(), values_.end(), vote.value) - values_.begin();
  };
  for (std::size_t p = 0; p < honest; ++p) {
    const AgreementState said = local(state, p).machine.state();
    text << "\n  member " << p << " in (" << said.view.epoch << "," << said.view.round << ")";
    if (said.proposal) put("proposes", said.proposal->word);
    if (said.prepare) put("prepared", *said.prepare);
    if (said.commit) put("commits", *said.commit);
    if (said.refusal) text << ", refuses: " << said.refusal->reason.text;
    for (const auto& [value, view] : local(state, p).machine.locks()) {
      put("locked", {view, value, {}});
    }
    for (const auto& [view, value] : local(state, p).released) {
      put("released", {views_[view], values_[value], {}});
    }
    if (said.closed) text << ", closed";
  }
  return text.str() + "\n";
}

std::string Explorer::story(std::size_t index) const {
  std::vector<std::string> lines;
  while (index != 0) {
    lines.push_back(describe(origins_[index].member, origins_[index].event));
    index = origins_[index].parent;
  }
  std::string text = "\n";
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) text += *line + "\n";
  return text;
}

}  // namespace quorate::exploration
