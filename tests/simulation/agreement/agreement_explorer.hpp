// Exhaustive search over the real agreement machine: every order of every event of a small world,
// with one cheater that may sign and show whatever it can. Breadth first, so that the first
// violation has the shortest story.
//
// What is explored. Three honest machines and one Byzantine member of equal weight. An event is one
// input to one honest machine; any event that is possible may come next, or never:
//   - the own Bitcoin tip moves (root, branch A, rival branch B, …),
//   - a proposal is read: of an honest leader any it ever published; of the Byzantine member, in
//   every
//     view it leads, one for every value, different ones at different readers,
//   - a prepare certificate is read, as soon as two honest members have prepared (the cheater's
//   vote is
//     always at hand),
//   - a decision becomes known, a leader is elected, a view or round times out, a member restarts
//   from
//     its last record.
// So loss, delay, reordering and stale reading are all covered: a fact once published can be read
// at any later time, in any order, by anybody.
//
// Reductions, each of which only merges stories that no check can tell apart, or leaves out a story
// that another one includes:
//   - Votes are not delivered one by one: a machine does nothing with prepare votes but form the
//     certificate, which is delivered as an event of its own no later than the votes could be.
//   - Signature shares leave as early as the machine allows (releasing has no effect on the
//   machine, so
//     early release includes every later one). Commit votes likewise.
//   - Members' views are not delivered: a view timer may fire at any time, which includes every
//   jump.
//   - A proposal that is read but not prepared counts as not read: it can be read again, and the
//   only
//     effects of having read it forbid something.
//   - Decisions are told only where the search asks whether all come to one: a closed machine does
//   less.
//   - Members 1 and 2 are interchangeable unless one of them leads or refuses: one table of local
//   states
//     serves both, and a pair is stored sorted.
//   - Local states are interned and steps memoised: a global state is three small numbers.
//   - Leaders are given as a pattern; patterns that differ by renaming honest members are run once.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/simulation/agreement/symbolic_members.hpp"

namespace quorate::exploration {

/// One small world.
struct World {
  std::string name;
  consensus::InstanceId instance;
  /// Leader of each view; its length bounds the views that are explored.
  std::vector<std::size_t> leaders;
  /// Producers: rounds per epoch that timeouts may open.
  std::uint32_t rounds{1};
  /// What honest members hold as candidates from the start, and what anybody may propose in all.
  std::vector<consensus::Value> candidates;
  std::vector<consensus::Value> proposable;
  /// Bitcoin tips in the order in which a member may see them (it may skip); the first is the
  /// start.
  std::vector<BurnView> tips;
  bool restarts{};
  /// Members that find the first candidate invalid.
  std::vector<std::size_t> refusing;
  /// Fees per candidate, and who saw it before the cut-off (empty: everybody).
  std::map<consensus::Value, std::pair<std::uint64_t, std::vector<std::size_t>>> fees;
};

struct Report {
  std::uint64_t states{};
  std::uint64_t local_states{};
  std::uint64_t decided_states{};
  std::uint64_t good_runs{};
  bool complete{};
  /// Empty if everything held; else what failed and the story that leads there.
  std::string violation;
};

class Explorer {
 public:
  explicit Explorer(World world);
  Report run(std::uint64_t max_states);

 private:
  using View = consensus::View;
  using Value = consensus::Value;

  enum class Act : std::uint8_t {
    tip,
    proposal,
    certificate,
    decision,
    grant,
    timeout,
    restart,
    refusal,
    acceptance,  ///< The member can take the block that it refused.
  };
  /// One event at one member; `view` and `value` index into `views_` and `values_`.
  struct Event {
    Act act{};
    std::uint8_t view{};
    std::uint8_t value{};
    auto operator<=>(const Event&) const = default;
  };
  /// An honest member and everything it ever said.
  struct Member {
    actors::AgreementMachine machine;
    std::size_t tip{};
    std::map<std::uint8_t, std::uint8_t> proposed;
    std::map<std::uint8_t, std::uint8_t> prepared;
    std::map<std::uint8_t, std::uint8_t> released;  ///< Shares and commit votes: view → value.
    std::optional<std::uint8_t> refused;
    Bytes record;
    std::optional<actors::Timer> timer;
    bool restarted{};   ///< Once per member: each restart of a leader opens a round more.
    std::string fault;  ///< A broken promise of this member, if any.
  };
  using Id = std::uint32_t;
  using State = std::array<Id, honest>;

  [[nodiscard]] std::shared_ptr<const actors::agreement::Context> context(std::size_t p) const;
  [[nodiscard]] bool is_producers() const;
  std::uint8_t view_index(const View& view);
  std::uint8_t value_index(const Value& value);
  [[nodiscard]] bool in_bounds(const View& view) const;
  [[nodiscard]] std::size_t leader(const View& view) const;
  [[nodiscard]] bool are_comparable(const Value& a, const Value& b) const;
  [[nodiscard]] bool is_on_branch(const Value& value, std::size_t tip) const;
  [[nodiscard]] Value block_below(const Value& rejection) const;

  [[nodiscard]] std::size_t role(std::size_t p) const { return are_alike_ && p == 2 ? 1 : p; }
  [[nodiscard]] State sorted(State state) const;
  [[nodiscard]] const Member& local(const State& state, std::size_t p) const;
  Id intern(std::size_t p, Member member);
  Id step(std::size_t p, Id id, const Event& event);
  void start(std::size_t p, Member& member, std::size_t tip);
  void feed(std::size_t p, Member& member, const actors::agreement::Input& input);
  void absorb(std::size_t p, Member& member, const actors::agreement::Effects& effects);
  void note_state(Member& member, const messages::AgreementState& state);
  void note_releases(Member& member);
  void apply(std::size_t p, Member& member, const Event& event);
  void judge(std::size_t p, Member& member, const Value& value);

  struct Facts {
    std::vector<std::pair<std::uint8_t, std::uint8_t>> proposals, certificates, decisions;
    std::vector<std::uint8_t> refusals;  ///< Member.
  };
  /// Whether the cheater's votes and shares count: it may give them, it need not.
  enum class Cheater : std::uint8_t { helps, silent };
  [[nodiscard]] Facts facts(const State& state, Cheater cheater);
  [[nodiscard]] std::vector<std::pair<std::size_t, Event>> events(const State& state);
  [[nodiscard]] std::string check(const State& state);
  [[nodiscard]] std::string check_good_runs(const State& state);
  void deliver_all(State& state);
  [[nodiscard]] bool is_decided(const State& state, std::size_t tip);
  /// Where the good run ends is left in `state`.
  [[nodiscard]] bool decides(State& state, std::size_t tip, std::size_t leader);
  void next_good_view(State& state);
  [[nodiscard]] std::string describe(std::size_t p, const Event& event) const;
  [[nodiscard]] std::string story(std::size_t index) const;
  [[nodiscard]] std::string describe(const State& state) const;

  World world_;
  bool are_alike_{};  ///< Members 1 and 2.
  Branches branches_;
  consensus::SignerSet set_;
  Pen pen_;
  consensus::BurnTree tree_;
  std::vector<View> views_;
  std::vector<Value> values_;
  std::size_t proposable_{};
  std::array<std::vector<Member>, honest> locals_;
  std::array<std::unordered_map<std::string, Id>, honest> ids_;
  std::array<std::unordered_map<std::uint64_t, Id>, honest> steps_;
  std::map<std::tuple<State, std::size_t, std::size_t>, bool> good_runs_;
  std::vector<State> states_;
  struct Origin {
    std::uint32_t parent;
    std::uint8_t member;
    Event event;
  };
  std::vector<Origin> origins_;
};

}  // namespace quorate::exploration
