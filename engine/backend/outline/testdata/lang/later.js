// Runs f once, later.
const once = (f) => {
  let done = false;
  return (...args) => {
    if (done) return undefined;
    done = true;
    return f(...args);
  };
};

function* count(n) {
  for (let i = 0; i < n; i++) yield i;
}
module.exports = { once, count };
