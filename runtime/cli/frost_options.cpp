#include "runtime/cli/frost_options.hpp"

namespace quorate::cli {
namespace {

constexpr const char* frost_footer =
    R"(Every member is a process of its own; all that passes between members is JSON.

  quorate frost keygen key --name amber --out amber.key
  quorate frost keygen group --member amber:02ab...:12 --member birch:03cd...:9 ... --out group.json
  quorate frost keygen deal --group group.json --key amber.key --state amber.state \
    --out amber.dealing
  quorate frost keygen confirm --group group.json --key amber.key --state amber.state \
    --out amber.confirmation *.dealing
  quorate frost keygen finish --group group.json --key amber.key --state amber.state \
    --confirmations *.confirmation --shares amber.shares --out outcome.json --dealings *.dealing
  quorate frost nonces --outcome outcome.json --key amber.key --shares amber.shares \
    --secret amber.secret --out amber.nonces
  quorate frost request --outcome outcome.json --block <32 bytes in hexadecimal> \
    --out request.json *.nonces
  quorate frost sign --outcome outcome.json --key amber.key --shares amber.shares \
    --secret amber.secret --out amber.share request.json
  quorate frost aggregate --outcome outcome.json --request request.json --out signature.json *.share
  quorate frost verify --outcome outcome.json signature.json

A whole ceremony with a cheat and a silent member: examples/frost_ceremony.sh.

Passphrases come from --passphrase-file, from QUORATE_PASSPHRASE, or from the terminal.
Exit codes: 0 done, or yes; 1 no (not valid, wrong shares, a false complaint, a fault not
proven); 2 usage; 3 refused.)";

/// Builds one verb after the other.
class Verbs {
 public:
  Verbs(FrostOptions& options, std::optional<FrostVerb>& chosen)
      : options_(options), chosen_(chosen) {}

  CLI::App* add(CLI::App* parent, const char* name, FrostVerb verb, const char* what,
                const char* example) {
    CLI::App* app = parent->add_subcommand(name, what);
    app->footer(std::string("Example:\n  quorate frost ") + example);
    app->callback([&chosen = chosen_, verb] { chosen = verb; });
    app->add_flag("--json", options_.json, "Say what happened as JSON");
    return app;
  }
  void needs(CLI::App* app, const char* option, std::string& path, const char* what) {
    app->add_option(option, path, what)->required()->type_name("FILE");
  }
  void group(CLI::App* app) { needs(app, "--group", options_.group, "The group's description"); }
  void outcome(CLI::App* app) {
    needs(app, "--outcome", options_.outcome, "The finished group, from 'keygen finish'");
  }
  void out(CLI::App* app) {
    app->add_option("--out", options_.out, "Where the document goes (default standard output)")
        ->type_name("FILE");
  }
  void key(CLI::App* app) {
    needs(app, "--key", options_.key, "The member's encrypted key");
    passphrase(app);
  }
  void passphrase(CLI::App* app) {
    app->add_option("--passphrase-file", options_.passphrase_file, "Its first line opens the key")
        ->type_name("FILE");
  }
  void state(CLI::App* app) {
    app->add_option("--state", options_.state, "The own dealer state, for members that dealt")
        ->type_name("FILE");
  }
  void documents(CLI::App* app, const char* option, const char* what) {
    app->add_option(option, options_.documents, what)->required()->type_name("FILE");
  }
  void hashes(CLI::App* app) {
    app->add_option("--block", options_.block, "A block's id; the block names its signers")
        ->type_name("HEX");
    app->add_option("--sighash", options_.sighash, "A BIP 341 signature hash, signed as it is")
        ->type_name("HEX");
  }
  FrostOptions& options() { return options_; }

 private:
  FrostOptions& options_;
  std::optional<FrostVerb>& chosen_;
};

void add_members_and_group(CLI::App* keygen, Verbs& verbs) {
  FrostOptions& options = verbs.options();
  CLI::App* key = verbs.add(keygen, "key", FrostVerb::key, "Make a member's key",
                            "keygen key --name amber --out amber.key");
  key->add_option("--name", options.name, "What to call it")->required();
  key->add_option("--cost", options.cost, "What guessing the passphrase costs (default moderate)")
      ->check(CLI::IsMember({"interactive", "moderate"}));
  verbs.passphrase(key);
  verbs.out(key);
  CLI::App* group = verbs.add(keygen, "group", FrostVerb::group, "Describe a group",
                              "keygen group --member amber:02ab...:12 --out group.json");
  group->add_option("--member", options.members, "In order, once per member")
      ->required()
      ->type_name("NAME:KEY:SLOTS");
  group->add_option("--threshold", options.threshold, "Slots that sign (default 67 %)");
  group->add_option("--kind", options.kind, "producers or stackers")
      ->check(CLI::IsMember({"producers", "stackers"}));
  group->add_option("--network", options.network, "Network id (default 0)");
  group->add_option("--generation", options.generation, "Term or cycle (default 0)");
  group->add_option("--attempt", options.attempt, "Attempt within the generation (default 0)");
  verbs.out(group);
}

void add_dealing(CLI::App* keygen, Verbs& verbs) {
  FrostOptions& options = verbs.options();
  CLI::App* deal = verbs.add(keygen, "deal", FrostVerb::deal, "Deal shares to all members",
                             "keygen deal --group group.json --key amber.key --state amber.state");
  verbs.group(deal);
  verbs.key(deal);
  verbs.needs(deal, "--state", options.state,
              "Made if absent; the same state deals the same again");
  deal->add_option("--rehearse-bad-box", options.bad_box_of,
                   "For rehearsals: cheat this member of its shares")
      ->type_name("NAME");
  verbs.out(deal);
  CLI::App* confirm = verbs.add(keygen, "confirm", FrostVerb::confirm, "Check all dealings",
                                "keygen confirm --group group.json --key amber.key *.dealing");
  verbs.group(confirm);
  verbs.key(confirm);
  verbs.state(confirm);
  verbs.documents(confirm, "dealings", "All dealings");
  verbs.out(confirm);
}

void add_ending(CLI::App* keygen, CLI::App* frost, Verbs& verbs) {
  FrostOptions& options = verbs.options();
  CLI::App* complain =
      verbs.add(keygen, "complain", FrostVerb::complain, "Complain about one dealing",
                "keygen complain --group group.json --key amber.key birch.dealing");
  verbs.group(complain);
  verbs.key(complain);
  verbs.needs(complain, "dealing", options.dealing, "The dealing");
  verbs.out(complain);
  CLI::App* finish = verbs.add(keygen, "finish", FrostVerb::finish, "Take the key's shares",
                               "keygen finish --group group.json --key amber.key "
                               "--confirmations *.confirmation --shares amber.shares "
                               "--dealings *.dealing");
  verbs.group(finish);
  verbs.key(finish);
  verbs.state(finish);
  verbs.documents(finish, "--dealings", "All dealings");
  finish->add_option("--confirmations", options.confirmations, "Of members that weigh T at least")
      ->required()
      ->type_name("FILE");
  verbs.needs(finish, "--shares", options.shares, "Where the member's encrypted shares go");
  verbs.out(finish);
  CLI::App* judge =
      verbs.add(frost, "judge", FrostVerb::judge,
                "Say who lies, dealer or complainer; or whether a fault is proven",
                "judge --group group.json birch.dealing amber.confirmation\n"
                "  quorate sim --scenario examples/bad_dealers.toml --evidence proofs\n"
                "  quorate frost judge proofs/001-amber-bad_dealing.json\n\n"
                "A fault alone: exit code 0 proven, 1 not proven.");
  judge->add_option("--group", options.group, "The group's description")->type_name("FILE");
  verbs.needs(judge, "dealing", options.dealing,
              "The dealing; or, alone, a fault from 'sim --evidence'");
  judge->add_option("accusation", options.accusation, "A complaint, or a confirmation with one")
      ->type_name("FILE");
}

void add_signing(CLI::App* frost, Verbs& verbs) {
  FrostOptions& options = verbs.options();
  CLI::App* nonces = verbs.add(frost, "nonces", FrostVerb::nonces, "Make nonces for signatures",
                               "nonces --outcome outcome.json --key amber.key --shares "
                               "amber.shares --secret amber.secret --out amber.nonces");
  verbs.outcome(nonces);
  verbs.key(nonces);
  verbs.needs(nonces, "--shares", options.shares, "The member's encrypted shares");
  verbs.needs(nonces, "--secret", options.secret, "A new file for the secret half");
  verbs.out(nonces);
  CLI::App* request = verbs.add(frost, "request", FrostVerb::request, "Ask members to sign",
                                "request --outcome outcome.json --block 00..00 *.nonces");
  verbs.outcome(request);
  verbs.hashes(request);
  request->add_flag("--bip86", options.bip86, "Under the Taproot output key without scripts");
  request->add_option("--used", options.used, "Earlier requests: their nonces are not asked again")
      ->type_name("FILE");
  request->add_option("nonces", options.documents, "Of all who are asked")
      ->required()
      ->type_name("FILE");
  verbs.out(request);
  CLI::App* sign = verbs.add(frost, "sign", FrostVerb::sign, "Answer a request",
                             "sign --outcome outcome.json --key amber.key --shares amber.shares "
                             "--secret amber.secret request.json");
  verbs.outcome(sign);
  verbs.key(sign);
  verbs.needs(sign, "--shares", options.shares, "The member's encrypted shares");
  verbs.needs(sign, "--secret", options.secret, "The secret nonces; the one used is erased first");
  verbs.needs(sign, "request", options.request, "The request");
  verbs.out(sign);
}

void add_results(CLI::App* frost, Verbs& verbs) {
  FrostOptions& options = verbs.options();
  CLI::App* aggregate =
      verbs.add(frost, "aggregate", FrostVerb::aggregate, "Make the signature",
                "aggregate --outcome outcome.json --request request.json *.share");
  verbs.outcome(aggregate);
  verbs.needs(aggregate, "--request", options.request, "What was asked");
  verbs.documents(aggregate, "shares", "The answers");
  verbs.out(aggregate);
  CLI::App* verify = verbs.add(frost, "verify", FrostVerb::verify, "Check a signature",
                               "verify --outcome outcome.json --block 00..00 signature.json");
  verbs.outcome(verify);
  verbs.hashes(verify);
  verbs.needs(verify, "signature", options.document, "The signature");
  CLI::App* inspect = verbs.add(frost, "inspect", FrostVerb::inspect,
                                "Show what is open in any of these files", "inspect amber.key");
  verbs.needs(inspect, "document", options.document, "The file");
}

}  // namespace

void add_frost(CLI::App& app, FrostOptions& options, std::optional<FrostVerb>& chosen) {
  CLI::App* frost = app.add_subcommand("frost", "Threshold keys and signatures from files");
  frost->require_subcommand(1);
  frost->footer(frost_footer);
  CLI::App* keygen = frost->add_subcommand("keygen", "Make a group's key together");
  keygen->require_subcommand(1);
  Verbs verbs{options, chosen};
  add_members_and_group(keygen, verbs);
  add_dealing(keygen, verbs);
  add_ending(keygen, frost, verbs);
  add_signing(frost, verbs);
  add_results(frost, verbs);
}

}  // namespace quorate::cli
