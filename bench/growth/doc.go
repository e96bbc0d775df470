// Command growth measures what the program costs as what it works on grows: the
// length of an answer and of a conversation, the number of cached answers, open
// documents, concurrent chats, and messages in the chat panel.
//
// It runs the program over real stdio before a model server that answers at once,
// and the panel in Chromium. Every figure is the processor's time of the program's
// own process (of the page, for the panel), which other programs on the machine
// change far less than they change the clock: the median of several samples, with
// the least and the greatest. What a sample sets off in the background, such as
// writing a conversation to its file, is waited for and counted.
//
// The figures go to figures.json beside this file. From them alone are made the
// plots in docs/growth and the table in docs/performance.md, so that anyone can
// make them again without measuring (-draw), and a test holds them to it. The
// plots are drawn here: a plotting library such as gonum/plot writes five times
// as much for the same picture, cannot be read in a diff, and cannot be told to
// take colours that show on a light and on a dark page.
//
// The exponent k of a curve is the slope of the straight line through its points,
// both axes as logarithms, in the upper half of the sizes, where what a question
// costs in any case weighs least: the cost grows as n to the power k.
package main
