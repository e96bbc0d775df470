// Asks the models of rigrun as any other extension would, and says in the status
// bar what came of it.
const vscode = require('vscode');

exports.activate = (context) => {
  const item = vscode.window.createStatusBarItem('helper', vscode.StatusBarAlignment.Left, 100);
  item.name = 'helper';
  const ask = async () => {
    item.text = 'helper: asking';
    item.show();
    try {
      item.text = `helper: ${await answer()}`;
    } catch (error) {
      item.text = `helper failed: ${error.message}`;
    }
  };
  context.subscriptions.push(item, vscode.commands.registerCommand('rigrun-e2e.ask', ask));
};

async function answer() {
  const models = await vscode.lm.selectChatModels({ vendor: 'rigrun' });
  const model = models.find(({ id }) => id === 'scripted-coder:7b');
  const messages = [
    vscode.LanguageModelChatMessage.User('You know.'),
    vscode.LanguageModelChatMessage.Assistant('Gladly.'),
    vscode.LanguageModelChatMessage.User('Which one was helped?'),
  ];
  const response = await model.sendRequest(messages, {}, new vscode.CancellationTokenSource().token);
  let text = '';
  for await (const piece of response.text) text += piece;
  return `${models.length} models, ${await model.countTokens('counted')} tokens: ${text}`;
}
