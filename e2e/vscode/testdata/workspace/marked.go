// SECRET//NOFORN
package add

// Key is a marked constant.
const Key = 42
