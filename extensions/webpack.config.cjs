/**
 * What the extensions' builds have in common.
 *
 * Every prebuilt extension carries the module federation runtime in the file that JupyterLab loads at
 * start. Half of it compares ranges of versions. All that our extensions share is either JupyterLab's,
 * of which there is one, or comes in the same wheel: the comparison decides nothing, and twelve
 * copies of it are 25 kB of gzip. The plugin puts a short resolver in its place, which takes what is
 * loaded already, else the newest.
 */
const RESOLVER = `
var resolveHandler = function(data) {
  return function() {
    var use = function() {
      var versions = (__webpack_require__.S[data.shareScope] || {})[data.shareKey];
      var names = Object.keys(versions || {}).sort(function(a, b) {
        return b.localeCompare(a, 'en', { numeric: true });
      });
      if (!names.length) {
        if (data.fallback) return data.fallback();
        throw Error('Shared module ' + data.shareKey + ' does not exist');
      }
      var name = names.filter(function(n) { return versions[n].loaded; })[0] || names[0];
      versions[name].loaded = 1;
      return versions[name].get();
    };
    var ready = __webpack_require__.I(data.shareScope);
    return ready && ready.then ? ready.then(use) : use();
  };
};
`;
const BEGIN = 'var splitAndConvert';
const END = 'var consumeSharedInstalledModules';

class SmallConsumesRuntime {
  apply(compiler) {
    compiler.hooks.thisCompilation.tap('SmallConsumesRuntime', compilation => {
      compilation.hooks.runtimeModule.tap('SmallConsumesRuntime', module => {
        if (module.name !== 'consumes_loading') {
          return;
        }
        const source = module.source.source.toString();
        const begin = source.indexOf(BEGIN);
        const end = source.indexOf(END);
        if (begin < 0 || end < begin) {
          throw new Error('The federation runtime has changed: see extensions/webpack.config.cjs');
        }
        module.source.source = Buffer.from(source.slice(0, begin) + RESOLVER + source.slice(end));
      });
    });
  }
}

module.exports = {
  plugins: [new SmallConsumesRuntime()]
};
